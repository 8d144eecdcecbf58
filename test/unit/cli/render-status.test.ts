/** The status screen. */
import { expect } from "chai";
import { renderStatus } from "../../../src/cli/render-status.ts";
import { renderAge, renderDuration } from "../../../src/cli/render-time.ts";
import type { Status } from "../../../src/status/status.ts";
import { checkStatus } from "../../lab/sample-check.ts";
import { EMPTY_STATUS } from "../../lab/fake-agent.ts";

const NOW = Date.parse("2026-01-01T00:05:00.000Z");
const COMMIT = "8c2e4f1".padEnd(40, "0");

const STATUS: Status = {
  ...EMPTY_STATUS,
  revision: { attempted: `${COMMIT}+catalogue@1`, applied: `${COMMIT}+catalogue@1`, healthy: null },
  lastPass: { finishedAt: "2026-01-01T00:04:00.000Z", milliseconds: 180, actions: 0 },
  objects: [
    {
      name: "consul",
      component: "consul",
      state: "running",
      address: "10.10.1.5",
      image: "convene-consul-1a",
      ports: [],
      labels: [],
    },
    {
      name: "jitsi",
      component: "jitsi",
      state: "stopped",
      address: "10.10.1.20",
      image: "convene-jitsi-2b",
      ports: ["udp 10000"],
      labels: ["lab"],
    },
  ],
  url: "https://meet.example.org",
};

describe("the status screen", () => {
  it("shows a ready site calmly: what runs where, and the address to open", () => {
    expect(renderStatus(STATUS, NOW)).to.deep.equal([
      "✓ meet is Ready",
      "",
      "  NAME    COMPONENT  STATE    ADDRESS     PORTS      IMAGE              LABELS",
      "  consul  consul     running  10.10.1.5              convene-consul-1a",
      "  jitsi   jitsi      stopped  10.10.1.20  udp 10000  convene-jitsi-2b   lab",
      "",
      "  revision   attempted 8c2e4f1, applied 8c2e4f1, healthy none",
      "  last pass  60.0 s ago, 0 actions, 180 ms",
      "  open       https://meet.example.org",
    ]);
  });

  it("says why it is not ready, and what to do", () => {
    const lines = renderStatus(
      {
        ...STATUS,
        conditions: [
          {
            type: "Ready",
            status: "False",
            reason: "HealthCheckFailed",
            message: "turn-udp is silent\nand more",
            lastTransitionTime: "2026-01-01T00:00:00.000Z",
          },
          {
            type: "Stalled",
            status: "True",
            reason: "InvalidManifest",
            message: "see the errors",
            lastTransitionTime: "2026-01-01T00:00:00.000Z",
          },
        ],
        errors: [
          {
            code: "InvalidManifest",
            message: "unknown field",
            hint: "remove it",
            retryable: false,
            location: { file: "site.yaml", line: 3, column: 1 },
          },
        ],
        findings: [
          { reason: "ForeignKeyRejected", subject: "kv service/haproxy/x", message: "a newline\nin it" },
        ],
      },
      NOW,
    );
    expect(lines).to.include("✗ meet is not Ready");
    expect(lines).to.include("  Ready=False  HealthCheckFailed: turn-udp is silent … (5 min ago)");
    expect(lines).to.include("  Stalled=True  InvalidManifest: see the errors (5 min ago)");
    expect(lines).to.include("  ✗ site.yaml:3:1: unknown field");
    expect(lines).to.include("    → remove it");
    expect(lines).to.include("  ! kv service/haproxy/x  ForeignKeyRejected: a newline\\u{a}in it");
  });

  it("names the cause in its first line, what others stand on before them", () => {
    const [ready] = STATUS.conditions;
    if (!ready) throw new Error("no condition");
    const conditions = [{ ...ready, status: "False" as const, reason: "HealthCheckFailed", message: "m" }];
    const unit = checkStatus({ name: "unit/jitsi/prosody", kind: "unit", ok: false, reason: "unit_stopped" });
    const checks = [checkStatus({ name: "cloud", ok: false }), unit];
    expect(renderStatus({ ...STATUS, conditions, checks }, NOW)[0]).to.equal(
      "✗ meet is not Ready: unit/jitsi/prosody is down (unit_stopped), and 1 more",
    );
    expect(renderStatus({ ...STATUS, conditions, checks: [unit] }, NOW)[0]).to.equal(
      "✗ meet is not Ready: unit/jitsi/prosody is down (unit_stopped)",
    );
  });

  it("works before the first site", () => {
    const lines = renderStatus({ ...EMPTY_STATUS, site: null, conditions: [] }, NOW);
    expect(lines[0]).to.equal("… the site is being worked on");
  });
});

describe("durations and ages", () => {
  it("are said in the unit people would use", () => {
    expect([120, 1_900, 240_000, 3 * 3_600_000, 5 * 86_400_000].map(renderDuration)).to.deep.equal([
      "120 ms",
      "1.9 s",
      "4 min",
      "3 h",
      "5 days",
    ]);
    expect(renderAge(1_000, 1_500)).to.equal("just now");
    expect(renderAge(0, 240_000)).to.equal("4 min ago");
  });
});
