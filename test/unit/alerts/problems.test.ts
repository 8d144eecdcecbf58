import { expect } from "chai";
import { observationOf } from "../../../src/alerts/problems.ts";
import type { CheckStatus } from "../../../src/status/check-status.ts";
import type { Condition, Status } from "../../../src/status/status.ts";
import { checkStatus } from "../../lab/sample-check.ts";

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

function check(change: Partial<CheckStatus>): CheckStatus {
  return checkStatus({
    name: "turn-udp",
    kind: "turn",
    target: "turn.example:3478",
    checkedAt: 5,
    ...change,
  });
}

const said = (status: Status) =>
  observationOf(status).problems.map((one) => `${one.severity} ${one.name} ${one.subject} ${one.reason}`);

describe("what is wrong according to the status", () => {
  it("is nothing when the site is ready", () => {
    expect(said(statusWith({ checks: [check({})] }))).to.deep.equal([]);
  });

  it("names a failing check, with its target as evidence", () => {
    const failed = check({ ok: false, reason: "no_answer", evidence: { code: 401 }, since: 3 });
    const [problem] = observationOf(statusWith({ checks: [failed] })).problems;
    expect(problem).to.deep.include({ name: "CheckFailing", subject: "turn-udp", observedAt: 5, since: 3 });
    // Its state has been confirmed already.
    expect(problem?.confirmations).to.equal(1);
    expect(problem?.evidence).to.deep.equal({ target: "turn.example:3478", code: "401" });
  });

  it("warns of a check that passes with a warning, such as a certificate that ends soon", () => {
    const soon = check({ severity: "warning", reason: "expiring" });
    expect(said(statusWith({ checks: [soon] }))).to.deep.equal(["warning CheckFailing turn-udp expiring"]);
    expect(observationOf(statusWith({ checks: [soon] })).problems[0]?.confirmations).to.equal(2);
    const certain = check({ kind: "tls", severity: "warning", reason: "cert_expiring" });
    expect(observationOf(statusWith({ checks: [certain] })).problems[0]?.confirmations).to.equal(1);
  });

  it("says nothing of what is not confirmed, excused or explained by something else", () => {
    for (const state of ["pending", "maintenance", "unknown"] as const) {
      const status = statusWith({ checks: [check({ ok: false, state })] });
      const [problem] = observationOf(statusWith({ checks: [check({ ok: false })] })).problems;
      expect(said(status), state).to.deep.equal([]);
      expect(problem && observationOf(status).isOver(problem), state).to.equal(false);
    }
  });

  it("keeps an alert as it is while a recovery is not confirmed", () => {
    const status = statusWith({ checks: [check({ state: "down" })] });
    const [problem] = observationOf(statusWith({ checks: [check({ ok: false })] })).problems;
    expect(said(status)).to.deep.equal([]);
    expect(problem && observationOf(status).isOver(problem)).to.equal(false);
  });

  it("names the cause, and what it takes down", () => {
    const container = check({
      name: "container/turn",
      kind: "container",
      ok: false,
      takesDown: ["turn-udp"],
    });
    const dependent = check({ ok: false, state: "unknown", cause: "container/turn" });
    const status = statusWith({ checks: [container, dependent] });
    expect(said(status)).to.deep.equal(["critical ContainerDown container/turn refused"]);
    expect(observationOf(status).problems[0]?.also).to.deep.equal(["turn-udp"]);
  });

  it("tells of a container that cannot be kept running as part of that failure", () => {
    const container = check({
      name: "container/turn",
      kind: "container",
      ok: false,
      takesDown: ["turn-udp"],
    });
    const failing = statusWith({
      checks: [container],
      conditions: [condition("Ready", "False", "LxdError")],
    });
    expect(said(failing)).to.deep.equal(["critical ReconcileFailing meet LxdError"]);
    expect(observationOf(failing).problems[0]?.also).to.deep.equal(["container/turn", "turn-udp"]);
  });

  it("tells of a check that is itself broken, and of nothing it looks at", () => {
    const broken = check({ ok: false, reason: "internal_error", state: "unknown" });
    const status = statusWith({ checks: [broken] });
    expect(said(status)).to.deep.equal(["warning CheckBroken turn-udp internal_error"]);
    const [problem] = observationOf(status).problems;
    expect(problem && observationOf(status).isOver(problem)).to.equal(false);
    expect(problem && observationOf(statusWith({ checks: [check({})] })).isOver(problem)).to.equal(true);
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
  });
});
