/** Running a check by its kind: always a result, and every failure with a hint. */
import { expect } from "chai";
import { z } from "zod";
import type { CheckContext } from "../../../src/checks/check.ts";
import { createCheckContext } from "../../../src/checks/check-context.ts";
import { defineKind } from "../../../src/checks/check-kind.ts";
import { CheckFailure, type CheckRun, type Verdict } from "../../../src/checks/check-run.ts";
import {
  checkKind,
  checkKinds,
  explainedBy,
  intervalOf,
  isCertain,
  runCheck,
} from "../../../src/checks/registry.ts";
import { durationField } from "../../../src/checks/spec-values.ts";
import { systemClock } from "../../../src/system/clock.ts";

function context(signal = new AbortController().signal): CheckContext {
  return createCheckContext({ clock: systemClock, signal });
}

function kindThat(run: (run: CheckRun) => Promise<never>) {
  return defineKind({
    kind: "trial",
    schema: z.strictObject({ timeout: durationField.default(200) }),
    reasons: { broken: { severity: "warning", hint: "mend it" } },
    target: () => "here",
    run: (_spec, given) => run(given),
  });
}

describe("running a check", () => {
  it("says invalid_spec for an unknown kind and names the kinds there are", async () => {
    const result = await runCheck({ name: "x", kind: "ping", spec: {}, intervalSeconds: 60 }, context());
    expect(result).to.include({ ok: false, reason: "invalid_spec", severity: "critical" });
    expect(result.message).to.contain(
      "bridge, conference, dns, http, stun, tcp, tls, turn, web, websocket, xmpp",
    );
  });

  it("says invalid_spec for each kind without its required fields, and for unknown fields", async () => {
    for (const { kind } of checkKinds()) {
      const result = await runCheck(
        { name: "x", kind, spec: { nonsense: 1 }, intervalSeconds: 60 },
        context(),
      );
      expect(result, kind).to.include({ ok: false, reason: "invalid_spec" });
      expect(result.message, kind).to.contain("nonsense");
    }
  });

  it("takes as long as it took, also when its phases overlap", async () => {
    let now = 1_000;
    const started = Promise.withResolvers<void>();
    const trial = kindThat(async (run) => {
      const both = ["one", "other"].map((name) => run.phase(name, () => started.promise));
      now += 700;
      started.resolve();
      await Promise.all(both);
      throw new CheckFailure("broken", "as it is");
    });
    const result = await trial.check(
      "x",
      {},
      { ...context(), clock: { now: () => 0, monotonic: () => now } },
    );
    expect(result.phases.map(({ milliseconds }) => milliseconds)).to.deep.equal([700, 700]);
    expect(result.milliseconds).to.equal(700);
  });

  it("has a hint for every reason of every kind", () => {
    for (const { kind, reasons } of checkKinds()) {
      for (const [reason, { hint }] of Object.entries(reasons)) {
        expect(reason, kind).to.match(/^[a-z][a-z0-9_]*$/);
        expect(hint.length, `${kind} ${reason}`).to.be.greaterThan(20);
      }
    }
  });

  it("turns a failed rung into its reason, hint, severity and evidence, made printable", async () => {
    const kind = kindThat((run) =>
      run.phase("first", () =>
        Promise.reject(new CheckFailure("broken", "said \u001b[31mno", { evidence: { words: "a\nb" } })),
      ),
    );
    const result = await kind.check("t", {}, context());
    expect(result).to.include({
      ok: false,
      reason: "broken",
      severity: "warning",
      hint: "mend it",
      target: "here",
    });
    expect(result.message).to.equal("said \\u001b[31mno");
    expect(result.evidence).to.deep.equal({ words: "a\\nb" });
    expect(result.phases.map(({ name }) => name)).to.deep.equal(["first"]);
  });

  it("hands on what it measured in a few words", async () => {
    const kind = defineKind({
      kind: "trial",
      schema: z.strictObject({ timeout: durationField.default(200) }),
      reasons: { broken: { severity: "critical", hint: "mend it" } },
      target: () => "here",
      run: async (): Promise<Verdict<"broken" | "ok">> => ({
        reason: "ok",
        message: "well",
        summary: "1.2 s,\n0 % loss",
      }),
    });
    expect(await kind.check("t", {}, context())).to.include({ ok: true, summary: "1.2 s,\\n0 % loss" });
  });

  it("looks as often as the manifest says, else as suits the kind", () => {
    const check = { name: "x", kind: "tls", spec: {} };
    expect(intervalOf({ ...check, intervalSeconds: 7 })).to.equal(7_000);
    expect(intervalOf(check)).to.equal(checkKind("tls")?.interval);
    expect(intervalOf({ ...check, kind: "ping" })).to.equal(300_000);
  });

  it("believes an expired certificate at the first look, and a refused connection not", () => {
    expect([isCertain("tls", "cert_expired"), isCertain("tls", "connection_refused")]).to.deep.equal([
      true,
      false,
    ]);
    expect([isCertain("tls", "nothing"), isCertain("ping", "cert_expired")]).to.deep.equal([false, false]);
  });

  it("lets the certificate's check explain a refused certificate, and no other a closed port", () => {
    expect(explainedBy("turn", "tls_expired")).to.deep.equal([{ kind: "tls" }]);
    expect(explainedBy("turn", "port_closed")).to.deep.equal([]);
    expect([explainedBy("stun", "no_answer"), explainedBy("ping", "lost")]).to.deep.equal([
      undefined,
      undefined,
    ]);
  });

  it("turns anything else thrown into internal_error", async () => {
    const kind = kindThat(() => Promise.reject(new TypeError("x is not a function")));
    expect(await kind.check("t", {}, context())).to.include({ reason: "internal_error", ok: false });
  });

  it("ends a run that ignores its deadline, and says in which phase it was", async function () {
    this.timeout(6_000);
    const kind = kindThat((run) => run.phase("endless", () => new Promise(() => undefined)));
    const result = await kind.check("t", {}, context());
    expect(result).to.include({ reason: "timeout", ok: false });
  });

  it("says aborted when its caller gave up, which is no failure of the target", async () => {
    const kind = kindThat(async (run) => {
      await new Promise((resolve) => {
        run.signal.addEventListener("abort", resolve);
      });
      throw new Error("stopped");
    });
    const result = await kind.check("t", { timeout: "5s" }, context(AbortSignal.timeout(20)));
    expect(result).to.include({ reason: "aborted", severity: "info" });
  });
});
