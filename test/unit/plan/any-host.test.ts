/** Whatever the host looks like and whatever is wanted: plans are orderly, careful, and lead there. */
import { expect } from "chai";
import * as fc from "fast-check";
import { LXD_STATUS } from "../../../src/lxd/status-codes.ts";
import { foreignKeys } from "../../../src/observe/observe.ts";
import type { Plan } from "../../../src/plan/action.ts";
import { makePlan } from "../../../src/plan/plan.ts";
import {
  type ArbitrarySite,
  arbitraryMeddling,
  arbitrarySite,
  buildOf,
  meddle,
} from "../../lab/arbitrary-host.ts";
import { createGuest } from "../../lab/fake-guest.ts";
import { type FakeHost, createFakeHost } from "../../lab/fake-host.ts";
import { type Build, converge, observeSample, passSample } from "../../lab/sample-pass.ts";
import { NO_PLAN_OPTIONS, SAMPLE_HOST } from "../../lab/sample-site.ts";
import { sweepAll } from "../../lab/sample-sweep.ts";

interface Situation {
  readonly before: ArbitrarySite;
  readonly meddlings: readonly string[];
  /** The earlier process died at this call of bringing `before` up; beyond its end it did not. */
  readonly diedAt: number;
  readonly wanted: ArbitrarySite;
}

const situation: fc.Arbitrary<Situation> = fc.record({
  before: arbitrarySite,
  meddlings: fc.array(arbitraryMeddling, { maxLength: 6 }),
  diedAt: fc.oneof(fc.integer({ min: 0, max: 250 }), fc.constant(Infinity)),
  wanted: arbitrarySite,
});

/** More of them by hand: `RUNS=3000 mocha …`. */
const RUNS = { numRuns: Number(process.env["RUNS"] ?? 80) };

async function hostIn({ before, meddlings, diedAt }: Situation): Promise<FakeHost> {
  const host = createFakeHost(SAMPLE_HOST);
  putForeign(host);
  if (diedAt === Infinity) await converge(host, buildOf(before));
  else {
    host.killAt(diedAt, "after");
    await passSample(host, buildOf(before)).catch(() => undefined);
  }
  host.revive();
  for (const what of meddlings) await meddle(host, what);
  return host;
}

function putForeign({ inside }: FakeHost): void {
  inside.instances.set("theirs", {
    name: "theirs",
    status: LXD_STATUS.running,
    config: { "user.note": "mine", "user.convene.owner": "somebody" },
    devices: { root: { type: "disk", path: "/", pool: SAMPLE_HOST.pool } },
    description: "theirs",
    guest: createGuest(),
    data: { accounts: new Map() },
  });
  const kept = { config: { "user.note": "mine" }, data: { accounts: new Map() }, kv: new Map() };
  inside.volumes.set(`${SAMPLE_HOST.pool}/theirs`, { name: "theirs", ...kept });
  inside.images.set("theirs", { fingerprint: "theirs", alias: "convene-theirs-1", properties: {} });
}

function ids(plan: Plan): string[] {
  return plan.actions.map((one) => one.id);
}

async function planOf(host: FakeHost, build: Build, confirmed: ReadonlySet<string> = new Set()) {
  const { desired } = await observeSample(host, build);
  const sweeps = await sweepAll(host, desired);
  const seen = await observeSample(host, build, sweeps);
  return { ...seen, sweeps, plan: makePlan(seen.desired, seen.actual, { ...NO_PLAN_OPTIONS, confirmed }) };
}

/** Passes with a fresh sweep before each, confirming whatever asks for it. */
async function settleHost(host: FakeHost, build: Build): Promise<Plan> {
  let confirmed: ReadonlySet<string> = new Set();
  for (let pass = 0; pass < 6; pass += 1) {
    const { plan, sweeps } = await planOf(host, build, confirmed);
    const asked = plan.blocked.flatMap((one) => one.confirms ?? []);
    confirmed = new Set([...confirmed, ...asked]);
    if (plan.actions.length + asked.length === 0) return plan;
    const { outcomes } = await passSample(host, build, { sweeps, confirmed });
    // Of two faults at once one may be in the other's way for a pass.
    const failed = outcomes.filter(({ error }) => error && !error.retryable && error.code !== "KeyConflict");
    expect(failed.map((one) => `${one.action.id}: ${one.error?.message}`)).to.deep.equal([]);
  }
  return (await planOf(host, build, confirmed)).plan;
}

function property(check: (host: FakeHost, build: Build, situation: Situation) => Promise<void>) {
  return fc.assert(
    fc.asyncProperty(situation, async (one) => check(await hostIn(one), buildOf(one.wanted), one)),
    RUNS,
  );
}

describe("a plan for any host", () => {
  it("leads where the manifests want to be, and then there is nothing to do", async () => {
    await property(async (host, build, { meddlings }) => {
      const rest = await settleHost(host, build);
      expect(rest.actions.map((one) => `${one.id}: ${one.reason}`)).to.deep.equal([]);
      // Somebody else may have written a key before it was wanted here.
      expect(rest.blocked.filter((one) => one.reason !== "KeyConflict")).to.deep.equal([]);
      const { desired } = await observeSample(host, build);
      const names = [...desired.containers.map((one) => one.name), "theirs"].toSorted();
      expect([...host.inside.instances.keys()].toSorted()).to.deep.equal(names);
      const services = [...host.inside.services.keys()].toSorted();
      expect(services).to.deep.equal(desired.services.map((one) => one.id).toSorted());
      const accounts = host.inside.volumes.get(`${SAMPLE_HOST.pool}/prosody`)?.data.accounts;
      for (const { jid, password } of desired.accounts)
        expect(accounts?.get(jid), jid).to.equal(password.reveal());
      for (const one of desired.containers) {
        const guest = host.inside.instances.get(one.name)?.guest;
        expect([...(guest?.active ?? [])]).to.include(one.name);
        for (const file of one.files)
          if (typeof file.content === "string")
            expect(guest?.files.get(file.path)?.content).to.equal(file.content);
        // Who destroys the record of what was written keeps what nobody wants any more.
        if (meddlings.includes(`damage the record of ${one.name}`)) continue;
        const written = [...(guest?.files.keys() ?? [])].toSorted();
        expect(written).to.deep.equal(one.files.map((file) => file.path).toSorted());
      }
    });
  }).timeout(60_000);

  it("puts nothing before what it depends on, names nothing twice, and waits for nothing that is not there", async () => {
    await property(async (host, build) => {
      const { plan } = await planOf(host, build);
      const done = new Set<string>();
      for (const action of plan.actions) {
        expect(done.has(action.id), `${action.id} twice`).to.equal(false);
        for (const id of action.dependsOn) expect(done.has(id), `${action.id} before ${id}`).to.equal(true);
        done.add(action.id);
      }
    });
  }).timeout(60_000);

  it("is the same plan every time, however the collections are ordered", async () => {
    await property(async (host, build) => {
      const { desired, actual } = await planOf(host, build);
      const turned = {
        ...actual,
        containers: actual.containers.toReversed(),
        volumes: actual.volumes.toReversed(),
        images: actual.images.toReversed(),
      };
      const reversed = {
        ...desired,
        containers: desired.containers.toReversed(),
        kv: desired.kv.toReversed(),
      };
      const plan = makePlan(desired, actual, NO_PLAN_OPTIONS);
      expect(ids(makePlan(desired, actual, NO_PLAN_OPTIONS))).to.deep.equal(ids(plan));
      expect(ids(makePlan(desired, turned, NO_PLAN_OPTIONS))).to.deep.equal(ids(plan));
      expect(ids(makePlan(reversed, actual, NO_PLAN_OPTIONS)).toSorted()).to.deep.equal(ids(plan).toSorted());
    });
  }).timeout(60_000);

  it("touches nothing that is not convene's, byte for byte", async () => {
    await property(async (host, build) => {
      const { inside } = host;
      const foreign = () =>
        JSON.stringify([
          { ...inside.instances.get("theirs"), guest: "" },
          inside.volumes.get(`${SAMPLE_HOST.pool}/theirs`)?.config,
          inside.images.get("theirs"),
          inside.images.get("fingerprint-base"),
        ]);
      const before = foreign();
      const { actual } = await planOf(host, build);
      const keys = foreignKeys(actual.consul, SAMPLE_HOST.site) ?? new Map<string, string>();
      await settleHost(host, build);
      expect(foreign()).to.equal(before);
      for (const [key, value] of keys) expect(inside.keys().get(key)).to.equal(value);
    });
  }).timeout(60_000);

  it("deletes no volume, and no crowd of anything, that nobody confirmed", async () => {
    await property(async (host, build) => {
      const volumes = [...host.inside.volumes.keys()];
      const { plan, actual } = await planOf(host, build);
      const owned = actual.containers.filter((one) => one.owned).length;
      const removed = plan.actions.filter(
        (one) => one.kind === "delete-container" && one.cause === "removed",
      );
      if (removed.length > 3) expect(removed.length).to.be.at.most(owned * 0.3);
      await converge(host, build);
      expect([...host.inside.volumes.keys()]).to.include.members(volumes);
    });
  }).timeout(60_000);

  it("says why for every action, and shows no secret", async () => {
    await property(async (host, build) => {
      const { plan, desired } = await planOf(host, build);
      for (const action of plan.actions) expect(action.reason, action.id).to.match(/\w{3}/);
      const shown = JSON.stringify(plan.actions.map(({ changes, reason }) => [changes, reason]));
      for (const { password } of desired.accounts) expect(shown).not.to.contain(password.reveal());
      expect(shown).not.to.contain("the turn secret");
    });
  }).timeout(60_000);
});
