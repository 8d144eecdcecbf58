/** Progress as it is printed. */
import { expect } from "chai";
import { createEventPrinter } from "../../../src/cli/event-printer.ts";
import { renderEvent, renderVerdict } from "../../../src/cli/render-event.ts";
import type { CheckResult } from "../../../src/checks/check.ts";

const STAMP = { at: 1_000, pass: 3 };
const CHECK: CheckResult = {
  name: "tls",
  kind: "https",
  target: "meet.example.org:443",
  ok: true,
  reason: "ok",
  message: "served",
  severity: "ok",
  phases: [{ name: "connect", milliseconds: 12 }],
  evidence: {},
  checkedAt: 1_000,
};
const VERDICT = {
  outcome: "ready",
  revision: `${"8c2e4f1".padEnd(40, "0")}+catalogue@1`,
  reason: "ReconciliationSucceeded",
  message: "Ready",
  actions: 3,
  milliseconds: 1_900,
} as const;

describe("progress", () => {
  it("names the action and how long it took", () => {
    const event = {
      ...STAMP,
      type: "action-finished",
      id: "start container/turn",
      subject: "container/turn",
      milliseconds: 1_900,
    } as const;
    expect(renderEvent(event)).to.deep.equal([`▸ start container/turn ${"…".repeat(32)} 1.9 s`]);
  });

  it("says once what waits, for whom and how long", () => {
    const message = "waits: 2 people in a call (at most 30 min more; git push -o now does not wait)";
    const event = { ...STAMP, type: "waiting", subject: "files turn", message } as const;
    expect(renderEvent(event)).to.deep.equal([`▸ files turn  ${message}`]);
  });

  it("gives a failure's code, message and hint", () => {
    const error = {
      code: "PortTaken",
      message: "address already in use",
      hint: "stop the other server",
      retryable: true,
    };
    const lines = renderEvent({
      ...STAMP,
      type: "action-failed",
      id: "start container/proxy",
      subject: "container/proxy",
      error,
    });
    expect(lines).to.deep.equal([
      "✗ start container/proxy  PortTaken: address already in use",
      "  → stop the other server",
    ]);
  });

  it("ends with the verdict", () => {
    expect(renderVerdict(VERDICT)).to.deep.equal(["✓ Ready at 8c2e4f1 (3 actions, 1.9 s)"]);
    const suspended = { ...VERDICT, outcome: "suspended", message: "exam week" } as const;
    expect(renderVerdict(suspended)).to.deep.equal([
      "- suspended at 8c2e4f1: exam week",
      "  → sudo convene resume",
    ]);
    const failed = {
      ...VERDICT,
      outcome: "failed",
      reason: "HealthCheckFailed",
      message: "turn-udp: refused\nby the host",
    } as const;
    expect(renderVerdict(failed)).to.deep.equal([
      "✗ Not Ready at 8c2e4f1  HealthCheckFailed: turn-udp: refused (3 actions, 1.9 s)",
      "  by the host",
      "  → convene status",
    ]);
    expect(renderVerdict({ ...failed, message: "refused", hint: "start coturn" }).slice(1)).to.deep.equal([
      "  → start coturn",
      "  → convene status",
    ]);
  });

  it("puts checks that pass on one line and one that fails on its own", () => {
    const lines: string[] = [];
    const printer = createEventPrinter({ print: (line) => lines.push(line), plan: "summary" });
    printer.show({ ...STAMP, type: "check", result: CHECK });
    printer.show({
      ...STAMP,
      type: "check",
      result: { ...CHECK, name: "conference", summary: "1.2 s, 0 % loss" },
    });
    const broken = {
      ...CHECK,
      name: "bridge-1",
      ok: false,
      reason: "NoAnswer",
      message: "silent",
      hint: "see its log",
      severity: "critical",
    } as const;
    printer.show({ ...STAMP, type: "check", result: broken });
    const spared = { ...CHECK, ok: false, reason: "not_asked", message: "not asked: bridge-1 is down" };
    printer.show({ ...STAMP, type: "check", result: { ...spared, severity: "info" } });
    expect(lines).to.deep.equal([
      "▸ verify  tls ✓ 12 ms  conference ✓ 1.2 s, 0 % loss",
      "▸ verify  bridge-1 ✗ NoAnswer: silent",
      "  → see its log",
      "- verify  tls not asked: bridge-1 is down",
    ]);
  });

  it("says what takes so long when asked", () => {
    const lines: string[] = [];
    const printer = createEventPrinter({ print: (line) => lines.push(line), plan: "summary" });
    printer.showStillWorking(2_000);
    printer.show({ ...STAMP, type: "action-started", id: "build image/turn", subject: "image/turn" });
    printer.show({
      ...STAMP,
      at: 5_000,
      type: "action-started",
      id: "build image/jitsi",
      subject: "image/jitsi",
    });
    printer.showStillWorking(43_000);
    printer.show({
      ...STAMP,
      type: "action-finished",
      id: "build image/turn",
      subject: "image/turn",
      milliseconds: 1,
    });
    printer.showStillWorking(44_000);
    expect(lines[0]).to.equal("  … still working");
    expect(lines[1]).to.equal("  … still at build image/turn, 42.0 s and 1 more");
    expect(lines.at(-1)).to.equal("  … still at build image/jitsi, 39.0 s");
  });
});
