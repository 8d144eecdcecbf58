/** The agent as a whole: what wakes it, what it does, what it says. */
import { expect } from "chai";
import { LXD_STATUS } from "../../../src/lxd/status-codes.ts";
import { ConveneError } from "../../../src/system/errors.ts";
import { type AgentLab, startAgent } from "../../lab/agent-lab.ts";
import { smallSite } from "../../lab/sample-model.ts";

/** Nobody listens there. */
const FAILING_CHECK = `apiVersion: convene/v1alpha1
kind: Check
metadata: {name: page}
spec: {kind: http, address: 127.0.0.1, port: 9, tls: false, host: meet.test}
`;
const WIKI = smallSite({ wiki: "units: [{name: wiki}]" });

const LOOK = /^(lxd[.](server|instances|images|volumes)|consul[.](keys|inventory|services|aclReady))\b/;

describe("the agent", () => {
  let lab: AgentLab;
  afterEach(() => lab.stop());

  const verdicts = (since = 0) =>
    lab.events.slice(since).flatMap((one) => (one.type === "verdict" ? [one.verdict] : []));
  const ready = () => lab.api.status().conditions.find((one) => one.type === "Ready");
  const isReady = () => ready()?.status === "True";
  const planned = (since = 0) =>
    lab.events
      .slice(since)
      .flatMap((one) => (one.type === "planned" ? [one.plan.actions.map((action) => action.id)] : []));
  const running = (name: string) => lab.host.inside.instances.get(name)?.status === LXD_STATUS.running;

  describe("with a site that can be ready", () => {
    beforeEach(async () => {
      lab = await startAgent(WIKI);
      await lab.until("Ready", isReady);
    });

    it("brings it up and says what runs where", () => {
      const status = lab.api.status();
      expect([status.site, status.url]).to.deep.equal(["meet", "https://meet.test/"]);
      expect(status.objects.map((one) => `${one.name} ${one.state} ${one.address}`)).to.deep.equal([
        "base running 10.10.1.5",
        "wiki running 10.10.1.40",
      ]);
      expect(status.revision.healthy).to.equal(`${"1".padStart(40, "0")}+catalogue@1`);
    });

    it("does nothing more, in spite of the events its own doing makes", async () => {
      const before = lab.events.length;
      await lab.clock.advance(5_000);
      expect(planned(before).flat()).to.deep.equal([]);
      expect(planned(before).length).to.be.at.most(1);
    });

    it("starts a container that was stopped by hand within a second, and remembers why", async () => {
      await lab.clock.advance(1_000);
      const before = lab.events.length;
      const stoppedAt = lab.clock.now();
      await lab.host.inside.lxd.stopInstance("wiki", 0);
      await lab.until("repaired", () => running("wiki"));
      expect(lab.clock.now() - stoppedAt).to.be.at.most(1_000);
      await lab.until("told", () => verdicts(before).some((one) => one.actions === 1));
      expect(planned(before).flat()).to.deep.equal(["start container/wiki"]);
      const [entry] = await lab.api.history(1);
      expect(entry?.actions.map((one) => [one.id, one.cause])).to.deep.equal([
        ["start container/wiki", "drift"],
      ]);
      expect(entry?.wakeups.join()).to.contain("lxd instance-shutdown wiki");
    });

    it("applies a push, and only what it changes", async () => {
      await lab.clock.advance(1_000);
      const before = lab.events.length;
      lab.push(smallSite({ wiki: "units: [{name: wiki}]\nlimits: {cpu: 2}" }));
      const healthy = () => lab.api.status().revision.healthy ?? "";
      await lab.until("healthy", () => healthy().endsWith("2+catalogue@1"));
      expect(planned(before).flat()).to.deep.equal(["update container/wiki"]);
      expect(lab.host.inside.instances.get("wiki")?.config).to.include({ "limits.cpu": "2" });
    });

    it("leaves the running site alone when a push is broken, and says where", async () => {
      lab.host.revive();
      lab.push({ "site.yaml": "kind: [" });
      await lab.until("stalled", () => verdicts().at(-1)?.outcome === "stalled");
      expect(ready()).to.deep.include({ status: "False", reason: "InvalidManifest" });
      expect(ready()?.message).to.contain("site.yaml:1");
      // A wake-up of the bring-up may still have led to a look.
      expect(lab.host.calls.filter((call) => !LOOK.test(call))).to.deep.equal([]);
      lab.push(WIKI);
      await lab.until("Ready", isReady);
    });

    it("never takes an emptied repository for a wish", async () => {
      lab.push({});
      await lab.until("stalled", () => verdicts().at(-1)?.outcome === "stalled");
      expect(ready()?.reason).to.equal("EmptyDesiredState");
      expect([running("base"), running("wiki")]).to.deep.equal([true, true]);
    });

    it("waits while it is suspended, and goes on when it is resumed", async () => {
      await lab.api.suspend("holidays");
      await lab.host.inside.lxd.stopInstance("wiki", 0);
      await lab.clock.advance(30_000);
      expect(running("wiki")).to.equal(false);
      expect(lab.api.status().conditions.find((one) => one.type === "Suspended")?.message).to.equal(
        "holidays",
      );
      await lab.api.resume();
      await lab.until("repaired", () => running("wiki"));
      await lab.until("Ready", isReady);
    });

    it("survives LXD going away in the middle of a pass, and completes when it is back", async () => {
      const gone = new ConveneError({ code: "LxdUnreachable", message: "no socket", retryable: true });
      lab.host.failFrom(/^lxd.startInstance wiki/, gone);
      await lab.host.inside.lxd.stopInstance("wiki", 0);
      await lab.until("failed", () => verdicts().at(-1)?.outcome === "failed");
      expect(ready()).to.deep.include({ status: "False", reason: "LxdUnreachable" });
      const [entry] = (await lab.api.history(10)).filter((one) => one.actions.length > 0);
      expect(entry?.actions.map((one) => [one.id, one.result])).to.deep.equal([
        ["start container/wiki", "failed"],
      ]);
      lab.host.revive();
      await lab.until("repaired", () => running("wiki"));
      await lab.until("Ready", isReady);
    });

    it("waits for a confirmation before it removes what holds data, and removes it then", async () => {
      const { "wiki/wiki.yaml": _, ...without } = WIKI;
      lab.push(smallSite({ wiki: "volumes: [{name: pages, path: /srv/pages}]" }));
      await lab.until("volume", () => lab.host.inside.volumes.has("convene/pages") && isReady());
      lab.push(without);
      await lab.until("removed", () => !lab.host.inside.instances.has("wiki"));
      await lab.until("asked", () => lab.api.status().blocked.length > 0);
      expect(lab.host.inside.volumes.has("convene/pages")).to.equal(true);
      const id = lab.api.status().blocked[0]?.confirmationId ?? "";
      expect((await lab.api.confirm("00000000")).accepted).to.equal(false);
      expect((await lab.api.confirm(id)).accepted).to.equal(true);
      await lab.until("gone", () => !lab.host.inside.volumes.has("convene/pages"));
    });
  });

  describe("while it waits for checks to come round", () => {
    beforeEach(async () => {
      lab = await startAgent({ ...WIKI, "checks.yaml": FAILING_CHECK });
      await lab.until("up", () => running("base") && running("wiki"));
      await lab.clock.advance(5_000);
    });

    it("repairs what is stopped by hand within a second, and gives its verdict in the end", async () => {
      expect(verdicts()).to.deep.equal([]);
      const stoppedAt = lab.clock.now();
      await lab.host.inside.lxd.stopInstance("wiki", 0);
      await lab.until("repaired", () => running("wiki"));
      expect(lab.clock.now() - stoppedAt).to.be.at.most(1_000);
      expect(verdicts()).to.deep.equal([]);
      const outcomes = (await lab.api.history(10)).map((one) => one.outcome);
      expect(outcomes).to.deep.equal(["interrupted"]);
      await lab.until("verdict", () => verdicts().length > 0, 1_000);
      expect(verdicts()[0]).to.deep.include({ outcome: "failed", reason: "HealthCheckFailed" });
    });

    it("gives each try as much time as the first", async () => {
      await lab.until("verdict", () => verdicts().length > 0, 1_000);
      const first = lab.clock.now();
      await lab.until("another", () => verdicts().length > 1, 1_000);
      expect(lab.clock.now() - first).to.be.greaterThan(80_000);
    });

    it("takes a push at once", async () => {
      lab.push(WIKI);
      const pushedAt = lab.clock.now();
      await lab.until("Ready", () => verdicts().at(-1)?.outcome === "ready");
      expect(lab.clock.now() - pushedAt).to.be.at.most(5_000);
      expect(verdicts().map((one) => one.outcome)).to.deep.equal(["superseded", "ready"]);
    });
  });
});
