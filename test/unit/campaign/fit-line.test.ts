/** A straight line through points: its slope, and how sure that is. */
import { expect } from "chai";
import { fitLine } from "../../campaign/memory/fit-line.ts";

describe("a line through points", () => {
  it("has no error where the points are on it", () => {
    const { slope, error } = fitLine([
      [0, 1],
      [1, 3],
      [3, 7],
      [10, 21],
    ]);
    expect(slope).to.be.closeTo(2, 1e-9);
    expect(error).to.be.closeTo(0, 1e-9);
  });

  it("is no surer than the points' scatter", () => {
    const { slope, error } = fitLine([
      [0, 0],
      [1, 2],
      [2, 0],
      [3, 2],
    ]);
    expect(slope).to.be.closeTo(0.4, 1e-9);
    expect(error).to.be.closeTo(Math.sqrt(0.32), 1e-9);
  });

  it("needs three points", () => {
    expect(() => fitLine([[0, 0]])).to.throw("too few");
  });
});
