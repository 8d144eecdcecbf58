/** The past of a check as people read it. */
import { expect } from "chai";
import { renderPast, renderPasts } from "../../../src/cli/render-check-past.ts";
import type { CheckPast } from "../../../src/status/check-past.ts";
import { checkResult, checkStatus } from "../../lab/sample-check.ts";

const START = Date.UTC(2026, 10, 22, 14, 0, 0);
const MINUTE = 60_000;
const NOW = START + 10 * MINUTE;

const failure = {
  first: START,
  last: START + 4 * MINUTE,
  looks: 5,
  result: checkResult({
    name: "turn-udp",
    ok: false,
    reason: "no_answer",
    message: "nothing came back",
    hint: "open the port",
    phases: [{ name: "resolve", milliseconds: 2 }],
    evidence: { server: "192.0.2.10:3478" },
  }),
  transcript: ["> Binding", "(nothing)"],
};
const PAST: CheckPast = {
  ...checkStatus({ ...failure.result, since: START, takesDown: ["conference"] }),
  looks: [
    { at: 1, reason: "ok", severity: "ok", milliseconds: 30 },
    { at: 2, reason: "slow", severity: "warning", milliseconds: 90 },
    { at: 3, reason: "no_answer", severity: "critical", milliseconds: 40 },
  ],
  failures: [failure],
  needs: ["container/turn"],
  leansOn: [],
};

describe("the past of a check", () => {
  it("shows since when it is so, its looks, and each failure with its proof", () => {
    expect(renderPast(PAST, NOW, false)).to.deep.equal([
      "✗ turn-udp  down for 10 min  no_answer: nothing came back",
      "  → open the port",
      "  needs       container/turn",
      "  takes down  conference",
      "  looks       ✓!✗ newest last, 1 of 3 failed, median 40 ms",
      "  failures, the newest first",
      "  2026-11-22 14:00:00 UTC  no_answer: nothing came back  (5 looks, until 2026-11-22 14:04:00 UTC)",
      "    server: 192.0.2.10:3478",
      "    resolve 2 ms",
      "    → open the port",
    ]);
    expect(renderPast(PAST, NOW, true).slice(-2)).to.deep.equal(["    | > Binding", "    | (nothing)"]);
  });

  it("is short for one that never failed", () => {
    const calm = {
      ...PAST,
      ...checkStatus({ name: "page", since: START }),
      looks: [],
      failures: [],
      needs: [],
    };
    expect(renderPast(calm, NOW, true)).to.deep.equal([
      "✓ page  up for 10 min",
      "  looks  none yet",
      "  no failure is remembered",
    ]);
  });

  it("is one line for each when all are asked for", () => {
    const calm = { ...PAST, ...checkStatus({ name: "page", since: START }), looks: [], failures: [] };
    expect(renderPasts([PAST, calm], NOW)).to.deep.equal([
      "✗ turn-udp  down for 10 min  3 looks, 1 failed  last failure 6 min ago, no_answer: nothing came back",
      "✓ page  up for 10 min        0 looks, 0 failed",
    ]);
  });
});
