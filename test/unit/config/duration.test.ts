/** Durations in the host's settings. */
import { expect } from "chai";
import * as fc from "fast-check";
import { parseDuration } from "../../../src/config/duration.ts";

describe("a duration", () => {
  it("is read in milliseconds, units added up", () => {
    expect(parseDuration("30s")).to.equal(30_000);
    expect(parseDuration("1h30m")).to.equal(5_400_000);
    expect(parseDuration("1.5s")).to.equal(1_500);
    expect(parseDuration("250ms")).to.equal(250);
  });

  it("is refused without a unit, with a sign, with spaces", () => {
    for (const text of ["", "5", "-5s", "5 s", "s", "5sx", "5m "]) {
      expect(parseDuration(text), JSON.stringify(text)).to.equal(undefined);
    }
  });

  it("never becomes negative or NaN, whatever is written", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const milliseconds = parseDuration(text);
        return milliseconds === undefined || milliseconds >= 0;
      }),
    );
  });
});
