/** Durations, sizes and port ranges as people write them. */
import { expect } from "chai";
import { assert, integer, property } from "fast-check";
import {
  duration,
  formatPortRange,
  parseDuration,
  parsePortRange,
  parseSize,
  portRange,
  size,
} from "../../../../src/manifests/schema/quantities.ts";

describe("quantities", () => {
  it("reads durations as seconds", () => {
    expect(["30s", "5m", "1h30m", "7d"].map(parseDuration)).to.deep.equal([30, 300, 5400, 604_800]);
    for (const wrong of ["", "5", "m", "5M", "-5s", "5 s", "1.5h", "5s "])
      expect(parseDuration(wrong), wrong).to.equal(undefined);
    expect(duration.safeParse("0s").success).to.equal(false);
    expect(duration.parse(90)).to.equal(90);
  });

  it("reads sizes as bytes, in binary units only", () => {
    expect(["1B", "2KiB", "512MiB", "2GiB"].map(parseSize)).to.deep.equal([1, 2048, 2 ** 29, 2 ** 31]);
    for (const wrong of ["512MB", "512", "1.5GiB", "GiB", "-1B"])
      expect(parseSize(wrong), wrong).to.equal(undefined);
    expect(size.safeParse("0B").success).to.equal(false);
  });

  it("reads every range back from the way it is written", () => {
    assert(
      property(integer({ min: 1, max: 65_535 }), integer({ min: 1, max: 65_535 }), (one, other) => {
        const range = { first: Math.min(one, other), last: Math.max(one, other) };
        expect(parsePortRange(formatPortRange(range))).to.deep.equal(range);
        expect(portRange.parse(range)).to.deep.equal(range);
      }),
    );
  });

  it("refuses ports that do not exist and ranges that run backwards", () => {
    for (const wrong of ["0", "65536", "9-1", "1-", "a", "1-2-3", " 1", "1 - 2"]) {
      expect(parsePortRange(wrong), wrong).to.equal(undefined);
    }
  });
});
