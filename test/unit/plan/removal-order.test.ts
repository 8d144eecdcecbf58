/** Nobody is led to a container that is gone: what leads there goes first, unless that cannot be. */
import { expect } from "chai";
import type { DesiredState } from "../../../src/model/desired-state.ts";
import type { Plan } from "../../../src/plan/action.ts";
import { type FakeHost, createFakeHost } from "../../lab/fake-host.ts";
import { type Build, converge, passSample, planSample } from "../../lab/sample-pass.ts";
import { NO_PLAN_OPTIONS, SAMPLE_HOST, container, sampleSite } from "../../lab/sample-site.ts";

const WIKI = container({ name: "wiki", hostPart: 40, ports: ["tcp:8443"] });

const withWiki: Build = (foreign) => sampleSite({ more: [WIKI], routes: ["jitsi", "wiki"] }, foreign);
const without: Build = (foreign) => sampleSite({}, foreign);

function lacking(name: string, site: DesiredState): DesiredState {
  return { ...site, containers: site.containers.filter((one) => one.name !== name) };
}

function needsOf(plan: Plan, id: string): readonly string[] | undefined {
  return plan.actions.find((one) => one.id === id)?.dependsOn;
}

describe("the removal of a container", () => {
  let host: FakeHost;
  beforeEach(async () => {
    host = createFakeHost(SAMPLE_HOST);
    await converge(host, withWiki);
    host.revive();
  });

  it("comes after its keys, its service and the proxy's reload", async () => {
    expect(needsOf(await planSample(host, without), "delete container/wiki")).to.have.members([
      "write kv",
      "deregister service/convene-wiki",
      "files proxy",
    ]);
    await passSample(host, without);
    const at = (call: RegExp) => host.calls.findLastIndex((one) => call.test(one));
    const gone = at(/^lxd.stopInstance wiki/);
    for (const call of [/^consul.transact/, /^consul.deregister/, /^lxd.exec proxy sh -c\s+verb=/])
      expect(at(call), String(call)).to.be.within(0, gone);
    expect((await planSample(host, without)).actions).to.deep.equal([]);
  });

  it("stays away while the proxy does not let go of it, and comes when it does", async () => {
    const proxy = host.inside.instances.get("proxy")?.guest;
    proxy?.broken.add("proxy");
    await passSample(host, without);
    expect(host.inside.instances.has("wiki")).to.equal(true);
    proxy?.broken.clear();
    await passSample(host, without);
    expect(host.inside.instances.has("wiki")).to.equal(false);
  });

  it("does not wait for a Consul that does not answer", async () => {
    await host.inside.lxd.stopInstance("consul", 0);
    expect(needsOf(await planSample(host, without), "delete container/wiki")).to.deep.equal([]);
  });

  for (const name of ["proxy", "consul"]) {
    it(`does not wait for the ${name} that goes with it`, async () => {
      const build: Build = (foreign) => lacking(name, without(foreign));
      const { outcomes } = await passSample(host, build);
      expect(outcomes.filter((one) => one.result !== "done")).to.deep.equal([]);
      expect([...host.inside.instances.keys()])
        .to.not.include.members(["wiki"])
        .and.not.include(name);
    });
  }

  it("does not wait for a proxy that cannot be made", async () => {
    await host.inside.lxd.stopInstance("proxy", 0);
    await host.inside.lxd.deleteInstance("proxy");
    await host.inside.lxd.updateVolume(SAMPLE_HOST.pool, "certificates", { "user.convene.owner": "" });
    const plan = await planSample(host, without);
    expect(plan.blocked.map((one) => one.subject)).to.include("volume/certificates");
    expect(needsOf(plan, "delete container/wiki")).to.have.members([
      "write kv",
      "deregister service/convene-wiki",
    ]);
  });

  it("does not wait for what waits for it: who takes its address over, and who needs that one", async () => {
    const docs = container({ name: "docs", hostPart: 40, ports: ["tcp:8443"] });
    const build: Build = (foreign) => {
      const site = sampleSite({ more: [docs] }, foreign);
      const containers = site.containers.map((one) =>
        one.name === "proxy" ? { ...one, dependsOn: ["consul", "docs"] } : one,
      );
      return { ...site, containers };
    };
    expect(needsOf(await planSample(host, build), "delete container/wiki")).to.have.members([
      "write kv",
      "deregister service/convene-wiki",
    ]);
    const { outcomes } = await passSample(host, build);
    expect(outcomes.filter((one) => one.result !== "done")).to.deep.equal([]);
    expect((await planSample(host, build)).actions).to.deep.equal([]);
  });

  it("waits with keys that wait for a confirmation, and says so", async () => {
    const routes = ["wiki", "a", "b", "c", "d"];
    const many: Build = (foreign) => sampleSite({ more: [WIKI], routes: ["jitsi", ...routes] }, foreign);
    await converge(host, many);
    const waiting = await planSample(host, without);
    expect(waiting.actions.map((one) => one.id)).not.to.include("delete container/wiki");
    expect(waiting.blocked).to.have.length(1);
    const [{ reason, confirms } = { reason: "" }] = waiting.blocked;
    expect(reason).to.equal("ConfirmationNeeded");
    expect(confirms).to.include("container/wiki");
    const confirmed = new Set(confirms);
    const plan = await planSample(host, without, { ...NO_PLAN_OPTIONS, confirmed });
    expect(plan.blocked).to.deep.equal([]);
    expect(plan.actions.map((one) => one.id)).to.include("delete container/wiki");
  });
});
