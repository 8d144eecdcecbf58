/** What is kept of the looks at a check. */
import { expect } from "chai";
import * as fc from "fast-check";
import type { CheckResult } from "../../../src/checks/check.ts";
import { bounded, type CheckHistory, NO_HISTORY, withLook } from "../../../src/status/check-history.ts";
import { checkResult } from "../../lab/sample-check.ts";

/** `+` good, `-` refused, `~` silent, `!` a warning; one a second. */
function history(course: string, transcript: readonly string[] = []): CheckHistory {
  const sorts: Readonly<Record<string, Partial<CheckResult>>> = {
    "+": {},
    "-": { ok: false },
    "~": { ok: false, reason: "no_answer" },
    "!": { ok: false, reason: "expiring", severity: "warning" },
    "?": { ok: false, reason: "not_asked", severity: "info" },
  };
  return course.split("").reduce(
    (before, sort, second) =>
      withLook(before, {
        result: checkResult({ name: "turn", checkedAt: second, ...sorts[sort] }),
        transcript,
      }),
    NO_HISTORY,
  );
}

const told = ({ failures }: CheckHistory) =>
  failures.map(({ result, first, last, looks }) => `${result.reason} ${first}-${last} ${looks}`);

describe("the history of a check", () => {
  it("keeps failures in a row with one reason as one, with the proof of the first", () => {
    expect(told(history("+---+-~~"))).to.deep.equal(["refused 1-3 3", "refused 5-5 1", "no_answer 6-7 2"]);
    expect(history("+---").failures[0]?.result.checkedAt).to.equal(1);
  });

  it("keeps warnings too, and nothing of looks that were not made", () => {
    expect(told(history("+!!+"))).to.deep.equal(["expiring 1-2 2"]);
    expect(history("+??").looks).to.have.length(1);
  });

  it("never lets good looks evict the failures", () => {
    const long = history(`-${"+".repeat(200)}`);
    expect(long.looks).to.have.length(50);
    expect(told(long)).to.deep.equal(["refused 0-0 1"]);
  });

  it("is bounded, whatever is seen", () => {
    const course = fc.array(fc.constantFrom("+", "-", "~", "!", "?"), { maxLength: 300 });
    fc.assert(
      fc.property(course, (all) => {
        const { looks, failures } = history(all.join(""));
        expect(looks.length).to.be.at.most(50);
        expect(failures.length).to.be.at.most(20);
      }),
    );
  });

  it("trims what was said to its beginning and its end, and proof to what people read", () => {
    const lines = Array.from({ length: 100 }, (_, number) => `${number} ${"x".repeat(500)}`);
    const evidence = Object.fromEntries(lines.map((line, number) => [`key${number}`, line]));
    const result = checkResult({ name: "turn", ok: false, evidence });
    const [failure] = withLook(NO_HISTORY, { result, transcript: lines }).failures;
    expect(failure?.transcript).to.have.length(41);
    expect(failure?.transcript[20]).to.equal("… 60 lines left out");
    expect(failure?.transcript.at(-1)?.startsWith("99 ")).to.equal(true);
    expect(JSON.stringify(failure).length).to.be.below(20_000);
  });

  it("keeps each check's last failure when there are too many of all", () => {
    const many = new Map(
      Array.from({ length: 50 }, (_, number) => [
        `check-${number}`,
        history("-+".repeat(number === 7 ? 1 : 20)),
      ]),
    );
    const kept = bounded(many);
    const count = [...kept.values()].reduce((sum, { failures }) => sum + failures.length, 0);
    expect(count).to.equal(400);
    for (const { failures } of kept.values()) expect(failures.length).to.be.at.least(1);
    // The newest stay.
    expect(kept.get("check-3")?.failures.at(-1)?.last).to.equal(38);
    expect(bounded(new Map([["a", history("-+-")]])).get("a")?.failures).to.have.length(2);
  });
});
