/** How wide the lines are, whatever the terminal says of itself. */
import { expect } from "chai";
import { terminalWidth } from "../../../src/cli/terminal-width.ts";

describe("the width of a line", () => {
  it("is what COLUMNS says, else the terminal's, else 80", () => {
    expect(terminalWidth(120, "100")).to.equal(100);
    expect(terminalWidth(120, undefined)).to.equal(120);
    expect(terminalWidth(undefined, undefined)).to.equal(80);
  });

  it("is 80 on a terminal that has no size, as a serial console", () => {
    expect(terminalWidth(0, undefined)).to.equal(80);
    expect(terminalWidth(0, "132")).to.equal(132);
  });

  it("heeds no COLUMNS that is no width", () => {
    for (const text of ["", "0", "-5", "wide", "1e9", "80.5"])
      expect(terminalWidth(120, text), text).to.equal(120);
  });
});
