/** What a pass amounts to. */
import { expect } from "chai";
import type { PassResult } from "../../../src/agent/pipeline.ts";
import { judgeError, judgePass } from "../../../src/agent/verdict.ts";
import type { ActionOutcome } from "../../../src/apply/apply-plan.ts";
import type { Action, Blocked } from "../../../src/plan/action.ts";
import { ConveneError } from "../../../src/system/errors.ts";
import { sampleActual } from "../../lab/sample-actual.ts";
import { checkResult } from "../../lab/sample-check.ts";
import { state } from "../../lab/sample-site.ts";

const running = new AbortController().signal;
const superseded = AbortSignal.abort(new Error("a newer revision has arrived"));

/** Nothing explains anything else. */
const alone = (): undefined => undefined;

function action(subject: string, optional = false): Action {
  const base = { id: subject, subject, cause: "new", reason: "", changes: [], disruption: "none" } as const;
  return { ...base, kind: "set-up-acl", dependsOn: [], ...(optional ? { optional } : {}) };
}

function failed(subject: string, message: string, optional = false): ActionOutcome {
  const error = { code: "LxdError", message, retryable: false };
  return { action: action(subject, optional), result: "failed", milliseconds: 1, error };
}

function blocked(reason: string): Blocked {
  return { reason, subject: "x", message: `${reason} it is`, hint: "do something" };
}

function result(changes: Partial<PassResult> = {}, waits: readonly Blocked[] = []): PassResult {
  return {
    desired: state({ containers: [] }),
    actual: sampleActual(),
    plan: { actions: [], blocked: waits },
    outcomes: [{ action: action("kv"), result: "done", milliseconds: 1 }],
    checks: [checkResult({ name: "web" })],
    gaveWay: false,
    ...changes,
  };
}

const judged = (changes?: Partial<PassResult>, waits?: readonly Blocked[]) => {
  const { verdict, retry } = judgePass(result(changes, waits), running, 5, alone);
  return { outcome: verdict.outcome, reason: verdict.reason, retry };
};

describe("a pass", () => {
  it("that did all and proved it is ready", () => {
    expect(judgePass(result(), running, 5, alone)).to.deep.equal({
      verdict: {
        outcome: "ready",
        reason: "ReconciliationSucceeded",
        message: "Ready at aaaaaaa",
        revision: `${"a".repeat(40)}+catalogue@1`,
        actions: 1,
        milliseconds: 5,
      },
      retry: false,
    });
  });

  it("of which an action failed has, in one line, the first one's words", () => {
    const outcomes = [failed("container/turn", "disk full\nmore words"), failed("kv", "also")];
    const { verdict, retry } = judgePass(result({ outcomes }), running, 5, alone);
    expect(verdict).to.deep.include({
      outcome: "failed",
      reason: "LxdError",
      message: "container/turn: disk full (and 1 more)",
    });
    expect(retry).to.equal(true);
  });

  it("of which only a certificate failed is ready, says so, and tries again", () => {
    const outcomes = [failed("certificate/meet.test", "no such domain", true)];
    const { verdict, retry } = judgePass(result({ outcomes }), running, 5, alone);
    expect(verdict.outcome).to.equal("ready");
    expect(verdict.message).to.contain("certificate/meet.test will be tried again");
    expect(retry).to.equal(true);
  });

  it("of which a critical check fails has failed, one with a warning has not", () => {
    const broken = checkResult({ name: "turn", ok: false });
    expect(judged({ checks: [broken] })).to.deep.equal({
      outcome: "failed",
      reason: "HealthCheckFailed",
      retry: true,
    });
    expect(judged({ checks: [{ ...broken, severity: "warning" }] }).outcome).to.equal("ready");
  });

  it("of which checks fail for one cause names it alone, in a sentence without codes and hints", () => {
    const unit = checkResult({
      name: "unit/jitsi/prosody",
      ok: false,
      message: "prosody in the container jitsi is inactive",
      hint: "convene starts it again",
    });
    const checks = ["websocket", "account-focus", "account-jvb"].map((name) =>
      checkResult({ name, ok: false, hint: `look at ${name}` }),
    );
    const { verdict } = judgePass(result({ checks }), running, 5, () => unit);
    expect(verdict).to.deep.include({
      message:
        "unit/jitsi/prosody: prosody in the container jitsi is inactive; also: websocket, account-focus, account-jvb",
      hint: "convene starts it again",
    });
  });

  it("of which checks fail for several causes has a line for each", () => {
    const checks = ["page", "turn-udp"].map((name) => checkResult({ name, ok: false }));
    const { verdict } = judgePass(result({ checks }), running, 5, alone);
    expect(verdict.message).to.equal("page: it does not answer\nturn-udp: it does not answer");
    expect(verdict).not.to.have.property("hint");
  });

  for (const [reason, outcome, retry] of [
    ["UnownedObject", "stalled", false],
    ["KeyConflict", "stalled", false],
    ["ConsulUnreachable", "failed", true],
    ["ConsulDenied", "failed", true],
    ["ConsulTooLarge", "failed", true],
    ["ContainerUnreadable", "failed", true],
  ] as const) {
    it(`that met ${reason} is ${outcome}, and ${retry ? "tries" : "does not try"} again by itself`, () => {
      expect(judged({}, [blocked(reason)])).to.deep.equal({ outcome, reason, retry });
    });
  }

  it("of which a removal waits for a confirmation is ready all the same", () => {
    expect(judged({}, [blocked("ConfirmationNeeded")]).outcome).to.equal("ready");
    expect(judged({}, [blocked("ConfirmationNeeded"), blocked("KeyConflict")]).reason).to.equal(
      "KeyConflict",
    );
  });

  it("that was superseded is nothing else, whatever failed", () => {
    const outcomes = [failed("kv", "boom")];
    const { verdict, retry } = judgePass(result({ outcomes }), superseded, 5, alone);
    expect([verdict.outcome, verdict.message, retry]).to.deep.equal([
      "superseded",
      "a newer revision has arrived",
      false,
    ]);
    expect(judgeError(new Error("boom"), superseded, 5).verdict.outcome).to.equal("superseded");
  });
});

describe("a pass that could not even be planned", () => {
  for (const code of [
    "InvalidManifest",
    "EmptyDesiredState",
    "PolicyRefused",
    "SecretMissing",
    "BranchMissing",
  ]) {
    it(`for ${code} waits for another input`, () => {
      const { verdict, retry } = judgeError(new ConveneError({ code, message: "no" }), running, 5);
      expect([verdict.outcome, verdict.reason, retry]).to.deep.equal(["stalled", code, false]);
    });
  }

  for (const error of [
    new ConveneError({ code: "LxdUnreachable", message: "no", retryable: true }),
    new TypeError("x"),
  ]) {
    it(`for ${error.name === "TypeError" ? "a defect" : "LXD"} tries again`, () => {
      const { verdict, retry } = judgeError(error, running, 5);
      expect([verdict.outcome, retry]).to.deep.equal(["failed", true]);
    });
  }
});
