import { expect } from "chai";
import { observationOf } from "../../../src/alerts/problems.ts";
import type { CheckResult } from "../../../src/checks/check.ts";
import type { Condition, Status } from "../../../src/status/status.ts";

const finishedAt = "2026-11-22T12:00:00.000Z";

function condition(type: Condition["type"], status: Condition["status"], reason: string): Condition {
  return { type, status, reason, message: `${reason} it is`, lastTransitionTime: finishedAt };
}

function statusWith(change: Partial<Status>): Status {
  return {
    site: "meet",
    conditions: [condition("Ready", "True", "ReconciliationSucceeded")],
    revision: { attempted: "r2", applied: "r1", healthy: "r1" },
    lastPass: { finishedAt, milliseconds: 10, actions: 0 },
    objects: [],
    checks: [],
    findings: [],
    blocked: [],
    errors: [],
    url: "https://meet.example/",
    ...change,
  };
}

function check(change: Partial<CheckResult>): CheckResult {
  return {
    name: "turn-udp",
    kind: "turn",
    target: "turn.example:3478",
    ok: true,
    reason: "ok",
    message: "",
    severity: "ok",
    phases: [],
    evidence: {},
    checkedAt: 5,
    ...change,
  };
}

const said = (status: Status) =>
  observationOf(status).problems.map((one) => `${one.severity} ${one.name} ${one.subject} ${one.reason}`);

describe("what is wrong according to the status", () => {
  it("is nothing when the site is ready", () => {
    expect(said(statusWith({ checks: [check({})] }))).to.deep.equal([]);
  });

  it("names a failing check, with its target as evidence", () => {
    const failed = check({ ok: false, severity: "critical", reason: "no_answer", evidence: { code: 401 } });
    const [problem] = observationOf(statusWith({ checks: [failed] })).problems;
    expect(problem).to.deep.include({ name: "CheckFailing", subject: "turn-udp", observedAt: 5 });
    expect(problem?.evidence).to.deep.equal({ target: "turn.example:3478", code: "401" });
  });

  it("warns of a check that passes with a warning, such as a certificate that ends soon", () => {
    const soon = check({ severity: "warning", reason: "expiring" });
    expect(said(statusWith({ checks: [soon] }))).to.deep.equal(["warning CheckFailing turn-udp expiring"]);
  });

  it("names a revision that cannot be applied", () => {
    const status = statusWith({ conditions: [condition("Ready", "False", "ImageBuildFailed")] });
    expect(said(status)).to.deep.equal(["critical ReconcileFailing meet ImageBuildFailed"]);
    expect(observationOf(status).problems[0]?.confirmations).to.equal(2);
  });

  it("waits for no second look when the agent is stalled", () => {
    const conditions = [
      condition("Ready", "False", "InvalidManifest"),
      condition("Stalled", "True", "InvalidManifest"),
    ];
    expect(observationOf(statusWith({ conditions })).problems[0]?.confirmations).to.equal(1);
  });

  it("leaves failed checks to speak for themselves", () => {
    const conditions = [condition("Ready", "False", "HealthCheckFailed")];
    expect(said(statusWith({ conditions }))).to.deep.equal([]);
  });

  it("does not complain of an agent that was told to stop", () => {
    const conditions = [
      condition("Ready", "False", "LxdUnreachable"),
      condition("Suspended", "True", "Suspended"),
    ];
    expect(said(statusWith({ conditions }))).to.deep.equal([]);
  });

  it("names findings and what is held back", () => {
    const one = { reason: "ForeignKeyRejected", subject: "kv service/x", message: "m" };
    const other = { reason: "KeyConflict", subject: "kv service/y", message: "m", hint: "h" };
    expect(said(statusWith({ findings: [one], blocked: [other] }))).to.deep.equal([
      "warning ForeignKeyRejected kv service/x ForeignKeyRejected",
      "warning KeyConflict kv service/y KeyConflict",
    ]);
  });

  it("knows a check to be over when it has passed, not when it is missing", () => {
    const failed = check({ ok: false, severity: "critical", reason: "no_answer" });
    const [problem] = observationOf(statusWith({ checks: [failed] })).problems;
    expect(problem && observationOf(statusWith({ checks: [check({})] })).isOver(problem)).to.equal(true);
    expect(problem && observationOf(statusWith({})).isOver(problem)).to.equal(false);
  });

  it("knows nothing of findings before a pass has looked at the host", () => {
    const finding = { reason: "ForeignKeyRejected", subject: "kv service/x", message: "m" };
    const [problem] = observationOf(statusWith({ findings: [finding] })).problems;
    expect(problem && observationOf(statusWith({})).isOver(problem)).to.equal(false);
  });

  it("does not take work in progress for recovery", () => {
    const [problem] = observationOf(statusWith({ conditions: [condition("Ready", "False", "X")] })).problems;
    const working = statusWith({
      conditions: [
        condition("Ready", "Unknown", "Progressing"),
        condition("Reconciling", "True", "Progressing"),
      ],
    });
    expect(problem && observationOf(working).isOver(problem)).to.equal(false);
    expect(observationOf(working).applying).to.equal(true);
  });
});
