/** The pipeline against a simulated host: what is proven, what stops what, and when a pass gives way. */
import { expect } from "chai";
import type { AgentEvent } from "../../../src/agent/agent-event.ts";
import { type PassResult, type PipelineSteps, runPipeline } from "../../../src/agent/pipeline.ts";
import type { CheckResult } from "../../../src/checks/check.ts";
import { LXD_STATUS } from "../../../src/lxd/status-codes.ts";
import { ConveneError } from "../../../src/system/errors.ts";
import { settle } from "../../lab/fake-clock.ts";
import { type FakeHost, createFakeHost } from "../../lab/fake-host.ts";
import { checkResult } from "../../lab/sample-check.ts";
import { type Build, converge, planSample, sampleRequest, sampleSteps } from "../../lab/sample-pass.ts";
import { SAMPLE_HOST, type SampleSite, sampleSite } from "../../lab/sample-site.ts";

const built =
  (site: SampleSite): Build =>
  (foreign) =>
    sampleSite(site, foreign);
const first = built({});
const newTurn = built({ images: { turn: "2" } });
const PASSED = [checkResult({ name: "turn" })];
const BROKEN = [checkResult({ name: "turn", ok: false, severity: "critical" })];

const waitsForCalls: PipelineSteps["gate"] = async (action, _pass, _seen, stop) => {
  if (action.disruption === "calls") await untilStopped(stop);
};

const waitsForChecks: PipelineSteps["verify"] = (_desired, _pass, giveWay) =>
  untilStopped(giveWay).catch(() => undefined);

function ids(result: PassResult, kind: "done" | "failed" | "skipped"): string[] {
  return result.outcomes.filter((one) => one.result === kind).map((one) => one.action.id);
}

/** A pass that can be woken. */
function wakeable() {
  const listeners = new Set<() => void>();
  const onWake = (listener: () => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  const wake = () => {
    for (const listener of listeners) listener();
  };
  return { wake, request: { ...sampleRequest(), onWake } };
}

async function untilStopped(stop: AbortSignal): Promise<never> {
  await new Promise((resolve) => {
    stop.addEventListener("abort", resolve, { once: true });
  });
  throw stop.reason;
}

async function settled(): Promise<void> {
  for (let n = 0; n < 50; n += 1) await settle();
}

describe("a pass", () => {
  let host: FakeHost;
  beforeEach(async () => {
    host = createFakeHost(SAMPLE_HOST);
    await converge(host, first);
    host.revive();
  });

  const run = (build: Build, changes: Partial<PipelineSteps> = {}, request = sampleRequest()) =>
    runPipeline(request, { ...sampleSteps(host, build), ...changes });

  it("with nothing to do writes nothing, and proves nothing that is proven", async () => {
    let verified = 0;
    const verify = async () => {
      verified += 1;
      return PASSED;
    };
    const result = await run(first, { isHealthy: () => true, verify });
    expect(result.outcomes).to.deep.equal([]);
    expect(verified).to.equal(0);
    const writes =
      /\.(create|patch|put|start|stop|rename|delete|exec|write|update|publish|transact|register|deregister|setUp)/;
    expect(host.calls.filter((call) => writes.test(call))).to.deep.equal([]);
  });

  it("proves a revision that has not been proven although nothing had to be done", async () => {
    const result = await run(first, { isHealthy: () => false, verify: async () => PASSED });
    expect(result.checks).to.deep.equal(PASSED);
  });

  it("removes the way back only after the checks have passed", async () => {
    const broken = await run(newTurn, { verify: async () => BROKEN });
    expect(host.inside.instances.has("turn-old")).to.equal(true);
    expect(ids(broken, "done"))
      .to.include("swap container/turn")
      .and.not.include("delete container/turn-old");

    const good = await run(newTurn, { verify: async () => PASSED });
    expect(ids(good, "done")).to.include("delete container/turn-old");
    expect(host.inside.instances.has("turn-old")).to.equal(false);
  });

  it("does not stop a container for a replacement that cannot start", async () => {
    host.failOnce(
      /^lxd.startInstance turn-next$/,
      new ConveneError({ code: "LxdError", message: "no space" }),
    );
    const result = await run(newTurn, { verify: async () => PASSED });
    expect(ids(result, "failed")).to.deep.equal(["prepare container/turn"]);
    expect(ids(result, "skipped")).to.include("swap container/turn");
    expect(host.inside.instances.get("turn")?.status).to.equal(LXD_STATUS.running);
    expect(host.calls).not.to.include("lxd.stopInstance turn");
    expect((await converge(host, newTurn)).actions).to.deep.equal([]);
  });

  it("goes on with what does not depend on a failure, and proves nothing", async () => {
    let verified = false;
    host.failOnce(
      /^lxd.publishImage build-turn/,
      new ConveneError({ code: "LxdError", message: "disk full" }),
    );
    const result = await run(built({ images: { turn: "2" }, routes: ["jitsi", "cloud"] }), {
      verify: async () => {
        verified = true;
        return PASSED;
      },
    });
    expect(ids(result, "failed")).to.deep.equal(["build image/convene-turn-2"]);
    expect(ids(result, "done")).to.include.members(["write kv", "files proxy"]);
    expect(verified).to.equal(false);
    expect(result.outcomes.find((one) => one.error)?.error?.message).to.contain("disk full");
  });

  it("touches nothing when an earlier step fails", async () => {
    const stalled = new ConveneError({ code: "InvalidManifest", message: "site.yaml:3:1: no" });
    const loadSite = () => Promise.reject(stalled);
    const error = await run(newTurn, { loadSite }).catch((thrown: unknown) => thrown);
    expect(error).to.equal(stalled);
    expect(host.calls).to.deep.equal([]);
  });

  it("tells the plan before it does anything, to the status too", async () => {
    const told: string[] = [];
    await run(newTurn, {
      publish: (event: AgentEvent) => void told.push(event.type),
      onPlanned: (desired, plan) => void told.push(`${desired.site.name}: ${plan.actions.length > 0}`),
    });
    expect(told.slice(0, 2)).to.deep.equal(["planned", "meet: true"]);
  });

  it("stops at the next action boundary for a newer revision, keeping what it has done", async () => {
    const newer = new AbortController();
    const request = { ...sampleRequest(), superseded: newer.signal };
    const steps = sampleSteps(host, newTurn);
    const result = await run(
      newTurn,
      {
        run: async (action, pass) => {
          await steps.run(action, pass);
          if (action.kind === "build-image") newer.abort(new Error("a newer revision has arrived"));
        },
      },
      request,
    );
    expect(ids(result, "done")).to.deep.equal(["build image/convene-turn-2"]);
    expect(result.outcomes.filter((one) => one.result === "skipped")).not.to.deep.equal([]);
    for (const one of result.outcomes)
      if (one.result === "skipped") expect(one.because).to.equal("a newer revision has arrived");
    expect(result.checks).to.equal(undefined);
    expect(result.gaveWay).to.equal(false);
  });

  describe("that only waits", () => {
    it("for checks gives way to a container that was stopped by hand", async () => {
      const { wake, request } = wakeable();
      const pass = run(first, { verify: waitsForChecks }, request);
      await settled();
      await host.inside.lxd.stopInstance("turn", 0);
      wake();
      const result = await pass;
      expect([result.gaveWay, result.checks]).to.deep.equal([true, undefined]);
      expect((await planSample(host, first)).actions.map((one) => one.id)).to.deep.equal([
        "start container/turn",
      ]);
    });

    it("for checks is not disturbed by the echo of what it did", async () => {
      const { wake, request } = wakeable();
      const checked = Promise.withResolvers<readonly CheckResult[]>();
      const pass = run(newTurn, { verify: () => checked.promise }, request);
      await settled();
      wake();
      await settled();
      checked.resolve(PASSED);
      const result = await pass;
      expect([result.gaveWay, result.checks]).to.deep.equal([false, PASSED]);
      expect(ids(result, "done")).to.include("delete container/turn-old");
    });

    it("for calls to end gives way to another module's key, and waits on in the next pass", async () => {
      const { wake, request } = wakeable();
      const build = built({ images: { turn: "2" } });
      const pass = run(build, { gate: waitsForCalls }, request);
      await settled();
      expect(host.inside.instances.get("turn-next")?.status).to.equal(LXD_STATUS.stopped);
      host.inside.write("service/haproxy/acl/cloud/host", "cloud.test");
      wake();
      const result = await pass;
      expect(result.gaveWay).to.equal(true);
      expect(result.outcomes.find((one) => one.action.id === "swap container/turn")?.because).to.contain(
        "does not have to wait",
      );

      const next = wakeable();
      const second = run(build, { gate: waitsForCalls }, next.request);
      await settled();
      const config = host.inside.instances.get("proxy")?.guest.files.get("/etc/haproxy.cfg")?.content;
      expect(config).to.contain("service/haproxy/acl/cloud/host");
      expect(host.inside.instances.get("turn")?.status).to.equal(LXD_STATUS.running);
      await host.inside.lxd.stopInstance("jitsi", 0);
      next.wake();
      expect((await second).gaveWay).to.equal(true);
    });

    it("for calls to end goes on waiting when the only work is what it waits with", async () => {
      const { wake, request } = wakeable();
      const left = Promise.withResolvers<undefined>();
      const gate: PipelineSteps["gate"] = async (action, _, __, stop) => {
        if (action.disruption === "calls") await Promise.race([left.promise, untilStopped(stop)]);
      };
      const pass = run(newTurn, { gate, verify: async () => PASSED }, request);
      await settled();
      wake();
      await settled();
      left.resolve(undefined);
      const result = await pass;
      expect(result.gaveWay).to.equal(false);
      expect(ids(result, "skipped")).to.deep.equal([]);
    });
  });
});
