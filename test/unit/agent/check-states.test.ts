/** The agent's checks: looked at on time, confirmed, and told by their cause. */
import { expect } from "chai";
import { LXD_STATUS } from "../../../src/lxd/status-codes.ts";
import { type AgentLab, startAgent } from "../../lab/agent-lab.ts";
import { type CheckedSite, startCheckedSite } from "../../lab/checked-site.ts";
import { smallSite } from "../../lab/sample-model.ts";

const SECOND = 1_000;

describe("the agent's checks", () => {
  let site: CheckedSite;
  let lab: AgentLab;
  beforeEach(async () => {
    site = await startCheckedSite();
    ({ lab } = site);
  });
  afterEach(() => site[Symbol.asyncDispose]());

  const check = (name: string) => lab.api.status().checks.find((one) => one.name === name);
  const stateOf = (name: string) => check(name)?.state;
  const healthy = () => lab.api.status().revision.healthy ?? "";
  const verified = (since: number) =>
    lab.events.slice(since).flatMap((event) => (event.type === "check" ? [event.result.name] : []));
  const ready = () => lab.api.status().conditions.find((one) => one.type === "Ready");

  it("are up when the revision has been proven, and are asked again at their interval", async () => {
    expect([stateOf("page"), stateOf("search")]).to.deep.equal(["up", "up"]);
    const before = site.asked.length;
    await lab.until("asked again", () => site.asked.length >= before + 2, SECOND);
    expect(lab.told).to.deep.equal([]);
  });

  it("are run after a change as far as it can have touched them", async () => {
    const before = lab.events.length;
    lab.push({
      ...smallSite({ wiki: "units: [{name: wiki}]\nlimits: {cpu: 2}" }),
      "checks.yaml": site.checks,
    });
    await lab.until("healthy", () => healthy().endsWith("2+catalogue@1"));
    expect(verified(before)).to.have.members(["page", "search"]);
  });

  it("are in maintenance while their container is changed and proven, and down when that came to nothing", async () => {
    site.failing = ["/page"];
    lab.push({
      ...smallSite({ wiki: "units: [{name: wiki}]\nlimits: {cpu: 2}" }),
      "checks.yaml": site.checks,
    });
    await lab.until("maintenance", () => stateOf("page") === "maintenance");
    expect(check("page")?.because).to.equal("wiki is being changed");
    const began = lab.clock.now();
    await lab.until("told", () => lab.told.length > 0, SECOND);
    // Verification has its time first.
    expect(lab.clock.now() - began).to.be.greaterThan(80 * SECOND);
    expect(lab.told).to.deep.equal(["alert CheckFailing page also search"]);
    expect(ready()?.reason).to.equal("HealthCheckFailed");
  });

  it("that fail in verification because a unit stopped leave the verdict to it", async () => {
    site.failing = ["/page", "/search"];
    lab.push({
      ...smallSite({ wiki: "units: [{name: wiki}]\nlimits: {cpu: 2}" }),
      "checks.yaml": site.checks,
    });
    await lab.until("maintenance", () => stateOf("page") === "maintenance");
    lab.host.inside.instances.get("wiki")?.guest.active.delete("wiki");
    await lab.until("said", () => ready()?.reason === "HealthCheckFailed", SECOND);
    expect(ready()?.message).to.equal("unit/wiki/wiki: wiki in the container wiki is inactive; also: page");
  });

  it("count as they are for a revision that touches nothing", async () => {
    const before = lab.events.length;
    lab.push({
      ...smallSite({ wiki: "units: [{name: wiki}]" }),
      "checks.yaml": `${site.checks}# as before\n`,
    });
    await lab.until("healthy", () => healthy().endsWith("2+catalogue@1"));
    expect(verified(before)).to.deep.equal([]);
  });

  it("are run for a revision that touches nothing when they are not well", async () => {
    site.failing = ["*"];
    lab.push({
      ...smallSite({ wiki: "units: [{name: wiki}]" }),
      "checks.yaml": site.checks.replace("/cloud", "/other"),
    });
    await lab.until("said", () => ready()?.reason === "HealthCheckFailed", SECOND);
    expect(healthy().endsWith("1+catalogue@1")).to.equal(true);
  });

  it("go down after a second look that comes soon, wake a pass, and come up again", async () => {
    site.failing = ["*"];
    await lab.until("pending", () => stateOf("page") === "pending", SECOND);
    const pendingAt = lab.clock.now();
    expect(lab.told).to.deep.equal([]);
    await lab.until("down", () => stateOf("page") === "down", SECOND);
    expect(lab.clock.now() - pendingAt).to.be.at.most(20 * SECOND);
    expect(lab.told).to.include("alert CheckFailing page also search");
    expect(lab.told.filter((line) => line.includes("search")).length).to.equal(1);
    expect(check("search")).to.include({ state: "unknown", cause: "page", because: "page is down" });
    await lab.until("said", () => ready()?.reason === "HealthCheckFailed", SECOND);
    site.failing = [];
    await lab.until("up", () => stateOf("page") === "up" && stateOf("search") === "up", SECOND);
    await lab.until("Ready", () => ready()?.status === "True", SECOND);
    expect(lab.told).to.include("alert resolved CheckFailing page");
  });

  it("are not asked while what they depend on fails", async () => {
    site.failing = ["*"];
    await lab.until("down", () => stateOf("page") === "down", SECOND);
    await lab.until("said", () => ready()?.reason === "HealthCheckFailed", SECOND);
    const before = site.asked.filter((path) => path === "/search").length;
    await lab.until("asked", () => site.asked.filter((path) => path === "/page").length > 20, SECOND);
    expect(site.asked.filter((path) => path === "/search")).to.have.length(before);
  });

  it("leave it to the container they are in to be told of, and are looked at when it is back", async () => {
    await lab.api.suspend("holidays");
    await lab.host.inside.lxd.stopInstance("wiki", 0);
    site.failing = ["/page", "/search"];
    await lab.until("told", () => lab.told.length > 0, SECOND);
    expect(lab.told).to.deep.equal(["alert ContainerDown container/wiki also page search"]);
    expect(check("container/wiki")).to.include({ reason: "container_stopped", state: "down" });
    expect([stateOf("page"), stateOf("search")]).to.deep.equal(["unknown", "unknown"]);
    await lab.clock.advance(300 * SECOND);
    expect(lab.told).to.have.length(1);
    site.failing = [];
    await lab.api.resume();
    await lab.until("up", () => stateOf("page") === "up" && stateOf("search") === "up", SECOND);
    await lab.until("resolved", () => lab.told.length > 1, SECOND);
    expect(lab.told.slice(1)).to.deep.equal(["alert resolved ContainerDown container/wiki"]);
    expect(lab.host.inside.instances.get("wiki")?.status).to.equal(LXD_STATUS.running);
  });

  it("go on after a start although the agent is suspended, which changes nothing", async () => {
    const { host } = lab;
    await host.inside.lxd.stopInstance("wiki", 0);
    const other = await startAgent(site.files, { host, suspended: true });
    try {
      site.failing = ["/cloud", "/page"];
      const stateThere = (name: string) => other.api.status().checks.find((one) => one.name === name)?.state;
      await other.until("down", () => stateThere("cloud") === "down", SECOND);
      expect([stateThere("page"), stateThere("container/wiki")]).to.deep.equal(["unknown", "down"]);
      expect(host.inside.instances.get("wiki")?.status).to.equal(LXD_STATUS.stopped);
      expect(other.api.status().site).to.equal("meet");
    } finally {
      await other.stop();
    }
  });

  it("name a unit that stopped in their container as the cause", async () => {
    await lab.api.suspend("holidays");
    lab.host.inside.instances.get("wiki")?.guest.active.delete("wiki");
    site.failing = ["/page", "/search"];
    await lab.until("told", () => lab.told.length > 0, SECOND);
    expect(lab.told).to.deep.equal(["alert UnitDown unit/wiki/wiki also page search"]);
  });

  const stopWiki = () => {
    lab.host.inside.instances.get("wiki")?.guest.active.delete("wiki");
    site.failing = ["/page", "/search"];
  };
  const wikiRuns = () => lab.host.inside.instances.get("wiki")?.guest.active.has("wiki") === true;

  it("have a unit that stopped started by the very pass that finding it wakes", async () => {
    stopWiki();
    const before = lab.events.length;
    await lab.until("started", wikiRuns, 200);
    site.failing = [];
    const events = lab.events.slice(before);
    const pass = events.find((event) => event.type === "planned" && event.plan.actions.length > 0)?.pass;
    const begun = events.flatMap((event) => (event.type === "pass-started" ? [event] : []));
    expect(begun.find((event) => event.pass === pass)?.wakeups).to.deep.equal([
      "unit/wiki/wiki: wiki in the container wiki is inactive",
    ]);
    expect(begun.filter(({ wakeups }) => wakeups.join().startsWith("unit/"))).to.have.length(1);
    await lab.until("told", () => lab.events.at(-1)?.type === "verdict");
    // What was repaired is looked at before the verdict, so that the status says the same.
    expect(check("unit/wiki/wiki")?.reason).to.equal("ok");
    expect(ready()?.status).to.equal("True");
  });

  it("are not asked again and again by a pass that knows of a unit that stopped: it is started first", async () => {
    await lab.api.suspend("holidays");
    stopWiki();
    await lab.until("down", () => stateOf("unit/wiki/wiki") === "down", SECOND);
    const before = lab.events.length;
    await lab.api.resume();
    await lab.until("started", wikiRuns);
    expect(verified(before)).to.deep.equal([]);
  });

  it("keep the site from being Ready while they or what they stand on are down", async () => {
    const { healthy: proven } = lab.api.status().revision;
    await lab.api.suspend("holidays");
    expect(ready()?.status).to.equal("True");
    stopWiki();
    await lab.until("down", () => stateOf("unit/wiki/wiki") === "down", SECOND);
    expect(ready()).to.include({
      status: "False",
      reason: "HealthCheckFailed",
      message: "unit/wiki/wiki: wiki in the container wiki is inactive; also: page, search",
    });
    expect(lab.api.status().revision.healthy).to.equal(proven);
  });
});
