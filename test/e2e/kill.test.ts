/**
 * The agent killed (SIGKILL) at every moment of every action, on real LXD and Consul.
 *
 * No action is a beginning: each has to be found as the last life of the agent left it. So one run is one push and many
 * lives: the agent is killed at the start of an action, some way into it, and at its end, each time when that moment
 * comes for the first time, and started again at once. A run is over when a life sees no new moment, which is one that
 * starts nothing it has not been killed at. Actions that run side by side die together, and LXD finishes what it was
 * asked for by a dead agent. What must hold is the end: Ready, exactly the wanted objects, nothing left to plan.
 *
 * Three runs take every kind of action there is but certificates (test/campaign/kill-random.ts has those): bringing up,
 * taking away, and replacing every container by one of another image.
 */
import { expect } from "chai";
import { EMPTY_SITE, type EmptySite } from "./empty-site.ts";
import { readHoldings, wantedHoldings } from "./kill/holdings.ts";
import { type KillHost, createKillHost } from "./kill/kill-host.ts";
import { type KillRun, runThroughKills } from "./kill/kill-run.ts";

const FIRST: EmptySite = { ...EMPTY_SITE, workers: [1, 2], people: ["a.lovelace", "m.meier"] };
const SMALLER: EmptySite = { ...FIRST, workers: [1], people: ["m.meier"], memory: "160MiB" };
const REPLACED: EmptySite = { ...SMALLER, refresh: "2026-02-01" };

describe("an agent that is killed", () => {
  let made: KillHost | undefined;
  const host = (): KillHost => {
    if (!made) throw new Error("the host was not made");
    return made;
  };
  before(async function () {
    this.timeout(300_000);
    made = await createKillHost();
  });
  after(async function () {
    this.timeout(180_000);
    await made?.remove();
  });

  afterEach(async () => await host().kill());

  /** Kinds are the first words of the ids. */
  async function endsReady(site: EmptySite, kinds: readonly string[]): Promise<void> {
    const run = await runThroughKills(host());
    expectEveryMoment(run);
    expect([...new Set([...run.planned].map((id) => id.split(" ")[0]))]).to.include.members(kinds);
    expect(await readHoldings(host())).to.deep.equal(wantedHoldings(site));
    expect((await host().client.plan(undefined)).plan).to.deep.equal({ actions: [], blocked: [] });
    const status = await host().client.status();
    expect(status.conditions.find(({ type }) => type === "Ready")?.status).to.equal("True");
    expect(status.errors).to.deep.equal([]);
  }

  it("before, in and after every action of a bring-up: it ends Ready with exactly what is wanted", async function () {
    this.timeout(600_000);
    await host().push(FIRST);
    await endsReady(FIRST, ["build", "create", "write", "register", "files", "accounts"]);
  });

  it("before, in and after every action that takes something away, and a volume only once confirmed", async function () {
    this.timeout(600_000);
    await host().push(SMALLER);
    const run = await runThroughKills(host());
    expectEveryMoment(run);
    const held = { ...wantedHoldings(SMALLER), volumes: wantedHoldings(FIRST).volumes };
    expect(await readHoldings(host())).to.deep.equal(held);
    const { blocked } = await host().client.status();
    expect(blocked.map(({ reason, subject }) => `${reason} ${subject}`)).to.deep.equal([
      "ConfirmationNeeded volume/worker-2-data",
    ]);
    const confirmed = await host().harness.host.convene(["confirm", blocked[0]?.confirmationId ?? ""]);
    expect(confirmed.exitCode, confirmed.stderr).to.equal(0);
    await host().kill();
    await endsReady(SMALLER, []);
  });

  it("before, in and after every action of a replacement: it ends Ready with exactly what is wanted", async function () {
    this.timeout(600_000);
    await host().push(REPLACED);
    await endsReady(REPLACED, ["build", "prepare", "swap", "files", "delete"]);
  });
});

/** Each planned action was cut short at least once, and once ended before a kill, by the agent or by LXD alone. */
function expectEveryMoment(run: KillRun): void {
  expect(run.moments.size).to.be.greaterThan(0);
  const never = (seen: { has(id: string): boolean }): readonly string[] =>
    [...run.planned].filter((id) => !seen.has(id));
  expect(never(run.cutShort), "never killed before its end").to.deep.equal([]);
  expect(never(run.survived), "never killed after its end").to.deep.equal([]);
}
