/** How the parts of a plan depend on each other, and what one part knows of another. */
import { expect } from "chai";
import { LXD_STATUS } from "../../../src/lxd/status-codes.ts";
import type { DesiredCertificate } from "../../../src/model/desired-state.ts";
import type { Plan } from "../../../src/plan/action.ts";
import { makePlan } from "../../../src/plan/plan.ts";
import { type FakeHost, Killed, createFakeHost } from "../../lab/fake-host.ts";
import { foundContainer, sampleActual } from "../../lab/sample-actual.ts";
import { type Build, converge, passSample, planSample } from "../../lab/sample-pass.ts";
import { NO_PLAN_OPTIONS, SAMPLE_HOST, type SampleSite, sampleSite } from "../../lab/sample-site.ts";

function built(site: SampleSite): Build {
  return (foreign) => sampleSite(site, foreign);
}

const ids = (plan: Plan) => plan.actions.map((one) => one.id);

describe("a whole plan", () => {
  it("brings Consul up before it writes keys, and the proxy's configuration after them", () => {
    const plan = makePlan(
      sampleSite({}, new Map()),
      sampleActual({ consul: { state: "absent" } }),
      NO_PLAN_OPTIONS,
    );
    const at = (id: string) => ids(plan).indexOf(id);
    const chain = [
      "create container/consul",
      "files consul",
      "acl consul",
      "write kv",
      "files proxy",
      "files turn",
    ];
    for (const [index, id] of chain.entries()) {
      expect(at(id), id).to.be.greaterThan(-1);
      const before = chain[index - 1];
      if (before !== undefined) expect(at(id), `${id} after ${before}`).to.be.greaterThan(at(before));
    }
    const proxy = plan.actions.find((one) => one.id === "files proxy");
    expect(proxy?.dependsOn).to.include.members(["create container/proxy", "write kv", "files consul"]);
  });

  describe("of certificates", () => {
    const certificate: DesiredCertificate = {
      domain: "meet.test",
      email: "it@meet.test",
      directory: "https://acme.test/dir",
      container: "proxy",
      endpoints: [],
    };
    const desired = { ...sampleSite({}, new Map()), certificates: [certificate] };
    const [, proxy] = desired.containers;
    const issue = (statusCode: number | undefined, options = {}) => {
      const containers = proxy && statusCode !== undefined ? [foundContainer(proxy, { statusCode })] : [];
      const plan = makePlan(desired, sampleActual({ containers }), { ...NO_PLAN_OPTIONS, ...options });
      return plan.actions.find((one) => one.kind === "issue-certificate");
    };

    it("orders what is missing, after the proxy is configured, and lets it fail", () => {
      expect(issue(undefined)).to.deep.include({ optional: true, cause: "new", dependsOn: ["files proxy"] });
      expect(issue(LXD_STATUS.running)?.id).to.equal("issue certificate/meet.test");
    });

    it("orders nothing for a proxy that is stopped: what it has is not known", () => {
      expect(issue(LXD_STATUS.stopped)).to.equal(undefined);
    });

    it("orders nothing that failed too recently", () => {
      expect(issue(LXD_STATUS.running, { held: new Set(["meet.test"]) })).to.equal(undefined);
    });

    it("orders anew what is self-signed or due, and nothing else", () => {
      const known = {
        domain: "meet.test",
        selfSigned: false,
        notBefore: 0,
        notAfter: 1,
        names: [],
        fingerprint: "",
      };
      const plan = (selfSigned: boolean, due: ReadonlySet<string>) => {
        const certificates = new Map([["meet.test", { ...known, selfSigned }]]);
        const made = makePlan(desired, sampleActual({ certificates }), { ...NO_PLAN_OPTIONS, due });
        return made.actions.find((one) => one.kind === "issue-certificate")?.cause;
      };
      expect(plan(false, new Set())).to.equal(undefined);
      expect(plan(true, new Set())).to.equal("new");
      expect(plan(false, new Set(["meet.test"]))).to.equal("renewal");
    });
  });

  describe("on a host that was up", () => {
    let host: FakeHost;
    beforeEach(async () => {
      host = createFakeHost(SAMPLE_HOST);
      await converge(host, built({}));
      host.revive();
    });

    it("keeps other modules' routes in the proxy while Consul's container is gone", async () => {
      const theirs = "service/haproxy/acl/theirs/host";
      host.inside.write(theirs, "theirs.test");
      await converge(host, built({}));
      const config = () => host.inside.instances.get("proxy")?.guest.files.get("/etc/haproxy.cfg")?.content;
      expect(config()).to.contain(theirs);
      await host.inside.lxd.stopInstance("consul", 0);
      await host.inside.lxd.deleteInstance("consul");
      const { outcomes } = await passSample(host, built({}));
      expect(outcomes.map((one) => one.action.id))
        .to.include("create container/consul")
        .and.not.include("files proxy");
      expect(config()).to.contain(theirs);
      expect((await converge(host, built({}))).actions).to.deep.equal([]);
      expect(config()).to.contain(theirs);
    });

    it("prepares a replacement anew when it was not proven to start", async () => {
      const next = built({ images: { turn: "2" } });
      for (const unproven of [
        /^lxd.startInstance turn-next/,
        /^lxd.exec turn-next/,
        /^lxd.stopInstance turn-next/,
      ]) {
        host.failOnce(unproven, new Killed("here"));
        await passSample(host, next);
        const plan = await planSample(host, next);
        expect(ids(plan)).to.include.members(["delete container/turn-next", "prepare container/turn"]);
      }
      host.failOnce(/^lxd.stopInstance turn$/, new Killed("here"));
      await passSample(host, next);
      expect(ids(await planSample(host, next))).not.to.include("prepare container/turn");
    });

    it("swaps a replacement in that somebody started meanwhile", async () => {
      const next = built({ images: { turn: "2" } });
      host.failOnce(/^lxd.stopInstance turn$/, new Killed("here"));
      await passSample(host, next);
      await host.inside.lxd.startInstance("turn-next");
      expect((await converge(host, next)).actions).to.deep.equal([]);
      expect(host.inside.instances.get("turn")?.config["user.convene.image"]).to.equal("convene-turn-2");
    });

    it("leaves no file behind that a killed pass wrote and nobody wants any more", async () => {
      const path = "/etc/routes/cloud";
      const files = () => host.inside.instances.get("proxy")?.guest.files;
      const more = built({ routes: ["jitsi", "cloud"] });
      await planSample(host, more);
      // The last call of the proxy's files is the one that puts them on record.
      const before = host.calls.length;
      await passSample(host, more);
      const last = host.calls.slice(before).lastIndexOf("lxd.patchInstance proxy");
      const killed = createFakeHost(SAMPLE_HOST);
      await converge(killed, built({}));
      killed.revive();
      await planSample(killed, more);
      killed.killAt(before + last, "before");
      await passSample(killed, more).catch(() => undefined);
      killed.revive();
      host = killed;
      expect(files()?.has(path)).to.equal(true);
      await converge(host, built({}));
      expect(files()?.has(path)).to.equal(false);
    });
  });
});
