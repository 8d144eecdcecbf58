/** The process dies before and after every single call to LXD or Consul; the next one finishes the work. */
import { expect } from "chai";
import { LXD_STATUS } from "../../../src/lxd/status-codes.ts";
import { type FakeHost, Killed, createFakeHost } from "../../lab/fake-host.ts";
import { checkResult } from "../../lab/sample-check.ts";
import { type Build, converge, passSample } from "../../lab/sample-pass.ts";
import { SAMPLE_HOST, container, sampleSite } from "../../lab/sample-site.ts";

const FOREIGN_KEY = "service/haproxy/acl/foreign/host";
const CONTAINERS = ["bridge-1", "consul", "jitsi", "proxy", "turn"];
const DATA = ["certificates", "consul-data", "prosody"];

interface Campaign {
  readonly name: string;
  readonly before: (host: FakeHost) => Promise<void>;
  readonly build: Build;
  /** Images that are there at the end. */
  readonly version: Readonly<Record<string, string>>;
}

const IMAGES = { consul: "2", proxy: "2" };

const asFirst: Build = (foreign) => sampleSite({}, foreign);

const CAMPAIGNS: readonly Campaign[] = [
  { name: "a bring-up", before: async () => undefined, build: asFirst, version: {} },
  {
    name: "a replacement of two containers, Consul's among them",
    before: withFirst,
    build: (foreign) => sampleSite({ images: IMAGES }, foreign),
    version: IMAGES,
  },
  {
    name: "a replacement by an image that was never verified",
    before: async (host) => {
      await withFirst(host);
      await passSample(host, (foreign) => sampleSite({ images: { turn: "2" } }, foreign), {
        checks: [checkResult({ name: "turn", ok: false })],
      });
    },
    build: (foreign) => sampleSite({ images: { turn: "3" } }, foreign),
    version: { turn: "3" },
  },
  {
    name: "the way back in the middle of a replacement",
    before: async (host) => {
      await withFirst(host);
      host.revive();
      const strip = /^lxd.putInstance turn$/;
      host.failOnce(strip, new Killed("the process that went forward"));
      await passSample(host, (foreign) => sampleSite({ images: { turn: "2" } }, foreign)).catch(
        () => undefined,
      );
    },
    build: asFirst,
    version: {},
  },
  {
    name: "other ports, a route less and an account less",
    before: withFirst,
    build: (foreign) => sampleSite({ turnPorts: "50000-50500", routes: [], accounts: [] }, foreign),
    version: {},
  },
  {
    name: "a container that takes the address of one that goes",
    before: async (host) => {
      const wiki = container({ name: "wiki", hostPart: 40, ports: ["tcp:8443"] });
      await converge(host, (foreign) => sampleSite({ more: [wiki] }, foreign));
    },
    build: (foreign) =>
      sampleSite({ more: [container({ name: "docs", hostPart: 40, ports: ["tcp:8443"] })] }, foreign),
    version: { docs: "1" },
  },
  {
    name: "a container that goes with its route and its service",
    before: async (host) => {
      const wiki = container({ name: "wiki", hostPart: 40 });
      await converge(host, (foreign) => sampleSite({ more: [wiki], routes: ["jitsi", "wiki"] }, foreign));
    },
    build: asFirst,
    version: {},
  },
];

describe("a pass that is killed", () => {
  for (const campaign of CAMPAIGNS) {
    it(`before and after every call of ${campaign.name}`, async () => {
      const total = await countCalls(campaign);
      expect(total).to.be.greaterThan(5);
      for (let call = 0; call < total; call += 1)
        for (const when of ["before", "after"] as const) await killOnce(campaign, call, when);
    }).timeout(60_000);
  }
});

async function prepared(campaign: Campaign): Promise<FakeHost> {
  const host = createFakeHost(SAMPLE_HOST);
  putForeign(host);
  await campaign.before(host);
  host.inside.write(FOREIGN_KEY, "foreign.test");
  host.revive();
  return host;
}

async function countCalls(campaign: Campaign): Promise<number> {
  const host = await prepared(campaign);
  const { outcomes } = await passSample(host, campaign.build);
  expect(outcomes.filter((outcome) => outcome.result !== "done")).to.deep.equal([]);
  return host.calls.length;
}

async function killOnce(campaign: Campaign, call: number, when: "before" | "after"): Promise<void> {
  const host = await prepared(campaign);
  host.killAt(call, when);
  await passSample(host, campaign.build).catch((error: unknown) => {
    if (!(error instanceof Killed)) throw error;
  });
  const where = `killed ${when} call ${call}, ${host.calls.at(-1) ?? ""}`;
  host.revive();

  const { outcomes } = await passSample(host, campaign.build);
  const failed = outcomes.filter((outcome) => outcome.result !== "done");
  expect(
    failed.map((one) => `${one.action.id}: ${one.error?.message ?? one.because}`),
    where,
  ).to.deep.equal([]);
  if (campaign.name !== "a bring-up")
    expect(host.inside.keys().get(FOREIGN_KEY), where).to.equal("foreign.test");
  // At a bring-up there was no Consul yet for the others to write to.
  host.inside.write(FOREIGN_KEY, "foreign.test");
  const rest = await converge(host, campaign.build);
  expect(rest, where).to.deep.equal({ actions: [], blocked: [] });
  expectWhole(host, campaign, where);
}

/** Nothing doubled, nothing left over, nothing lost, nothing of others touched. */
function expectWhole(host: FakeHost, campaign: Campaign, where: string): void {
  const { instances, images, volumes } = host.inside;
  const more = Object.keys(campaign.version).filter((name) => !CONTAINERS.includes(name));
  const names = [...CONTAINERS, ...more].toSorted();
  expect([...instances.keys()].toSorted(), where).to.deep.equal([...names, "theirs"].toSorted());
  expect(
    [...instances.values()].map((one) => one.status),
    where,
  ).to.deep.equal(names.map(() => LXD_STATUS.running).concat(LXD_STATUS.running));
  const aliases = names.map((name) => `convene-${name}-${campaign.version[name] ?? "1"}`);
  expect([...images.values()].map((one) => one.alias).toSorted(), where).to.deep.equal(
    [...aliases, SAMPLE_HOST.base].toSorted(),
  );
  expect([...volumes.keys()].toSorted(), where).to.deep.equal(DATA.map((name) => `convene/${name}`));
  const wanted = campaign.build(new Map()).accounts.map((account) => account.jid);
  const accounts = volumes.get("convene/prosody")?.data.accounts.keys() ?? [];
  expect([...accounts].toSorted(), where).to.deep.equal(wanted.toSorted());
  expect(host.inside.keys().get(FOREIGN_KEY), where).to.equal("foreign.test");
  expect(instances.get("theirs"), where).to.deep.include({ config: { "user.note": "mine" }, devices: {} });
  const proxy = instances.get("proxy")?.guest;
  expect(proxy?.files.get("/etc/haproxy.cfg")?.content, where).to.contain(FOREIGN_KEY);
  for (const name of names) expect([...(instances.get(name)?.guest.active ?? [])], where).to.include(name);
}

async function withFirst(host: FakeHost): Promise<void> {
  await converge(host, asFirst);
}

function putForeign(host: FakeHost): void {
  host.inside.instances.set("theirs", {
    name: "theirs",
    status: LXD_STATUS.running,
    config: { "user.note": "mine" },
    devices: {},
    description: "",
    guest: { files: new Map(), enabled: new Set(), active: new Set(), log: [], broken: new Set() },
    data: { accounts: new Map() },
  });
}
