/** The checks as people read them: trouble first, one line each. */
import { expect } from "chai";
import { renderChecks } from "../../../src/cli/render-checks.ts";
import { checkStatus } from "../../lab/sample-check.ts";

const NOW = 3_600_000;

describe("the checks on the status screen", () => {
  it("come in the order of trouble, each with since when and why", () => {
    const minute = (count: number) => NOW - count * 60_000;
    const lines = renderChecks(
      [
        checkStatus({ name: "page", since: 0 }),
        checkStatus({
          name: "certificate",
          severity: "warning",
          reason: "cert_expiring",
          message: "12 days left",
          hint: "renewal fails",
          since: 0,
        }),
        checkStatus({
          name: "bridge-1",
          state: "maintenance",
          since: minute(2),
          because: "jitsi is being changed",
        }),
        checkStatus({
          name: "conference",
          ok: false,
          state: "unknown",
          cause: "turn-udp",
          because: "turn-udp is down",
          since: minute(4),
        }),
        checkStatus({ name: "guest", ok: false, state: "pending", since: NOW - 8_000, hint: "wait" }),
        checkStatus({
          name: "turn-udp",
          ok: false,
          reason: "no_answer",
          message: "nothing\ncame back",
          hint: "open the port",
          since: minute(4),
          takesDown: ["conference"],
        }),
        checkStatus({ name: "container/turn", kind: "container" }),
      ],
      NOW,
    );
    expect(lines).to.deep.equal([
      "  ✗ turn-udp     down for 4 min         no_answer: nothing\\u{a}came back",
      "    also: conference",
      "    → open the port",
      "  … guest        pending for 8.0 s      refused: it does not answer",
      "    → wait",
      "  ? conference   unknown for 4 min      turn-udp is down",
      "  ~ bridge-1     maintenance for 2 min  jitsi is being changed",
      "  ! certificate  up for 60 min          cert_expiring: 12 days left",
      "    → renewal fails",
      "  ✓ page         up for 60 min",
    ]);
  });

  it("show what checks stand on when that is the trouble", () => {
    const container = checkStatus({ name: "container/turn", kind: "container", ok: false, since: NOW });
    expect(renderChecks([container], NOW)).to.deep.equal([
      "  ✗ container/turn  down for 0 ms  refused: it does not answer",
    ]);
  });

  it("say which have not been asked yet", () => {
    const fresh = checkStatus({
      name: "page",
      ok: false,
      severity: "info",
      reason: "not_asked",
      message: "not asked yet",
      state: "unknown",
      since: NOW - 1_000,
    });
    expect(renderChecks([fresh], NOW)).to.deep.equal(["  ? page  unknown for 1.0 s  not asked yet"]);
  });
});
