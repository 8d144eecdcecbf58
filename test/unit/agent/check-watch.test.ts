/** The watch over the checks, from one process to the next. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { type CheckWatch, createCheckWatch } from "../../../src/agent/check-watch.ts";
import type { CheckResult } from "../../../src/checks/check.ts";
import type { Look } from "../../../src/checks/states/watch.ts";
import { type CheckMemoryStore, openCheckMemory } from "../../../src/status/check-memory.ts";
import { createFakeClock, type FakeClock } from "../../lab/fake-clock.ts";
import { sampleActual } from "../../lab/sample-actual.ts";
import { checkResult } from "../../lab/sample-check.ts";
import { container, state } from "../../lab/sample-site.ts";
import { silentLogger } from "../../lab/silent-logger.ts";

const SECOND = 1_000;
const site = state({
  containers: [container({ name: "turn", hostPart: 15, services: [{ name: "coturn", disruption: "none" }] })],
  checks: [{ name: "turn-udp", kind: "turn", spec: {}, container: "turn", intervalSeconds: 60 }],
});

describe("the watch over the checks", () => {
  let directory: string;
  let clock: FakeClock;
  let failing: Set<string>;
  let trouble: string[];
  let asked: string[];
  let stop: AbortController;
  let ran: Promise<void>;
  let memory: CheckMemoryStore;
  /** The names of the looks that were to be written at once. */
  let urgent: string[];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "convene-watch-"));
    clock = createFakeClock();
    failing = new Set();
    trouble = [];
    asked = [];
    urgent = [];
  });
  afterEach(async () => {
    await end();
    await rm(directory, { recursive: true, force: true });
  });

  const answer = (name: string, kind: string): CheckResult => {
    asked.push(name);
    return checkResult({ name, kind, ok: !failing.has(name), checkedAt: clock.now() });
  };
  const start = async (): Promise<CheckWatch> => {
    stop = new AbortController();
    const { signal } = stop;
    memory = await openCheckMemory({
      path: join(directory, "checks.json"),
      clock,
      logger: silentLogger,
      signal,
    });
    const watch = createCheckWatch({
      clock,
      logger: silentLogger,
      random: () => 0.5,
      signal,
      runCheck: async ({ name, kind }) => answer(name, kind),
      rungs: { ask: async (name) => answer(name, name.split("/")[0] ?? ""), ofPass: () => [] },
      memory: {
        ...memory,
        add: (look, isUrgent) => {
          if (isUrgent) urgent.push(look.result.name);
          memory.add(look, isUrgent);
        },
      },
      onLook: () => undefined,
      onTrouble: (reason) => void trouble.push(reason),
    });
    watch.configure(site);
    ran = watch.run();
    return watch;
  };
  const end = async () => {
    stop.abort(new Error("the test is over"));
    await ran;
    await memory.flush();
  };
  const lookNow = (): Look => ({
    result: answer("turn-udp", "turn"),
    transcript: [],
    begunAt: clock.monotonic(),
  });
  const stateOf = (watch: CheckWatch, name: string) =>
    watch.statuses().find((one) => one.name === name)?.state;

  it("looks at what a check stands on only when it fails, and says so at the first failure of that", async () => {
    const watch = await start();
    await clock.advance(300 * SECOND);
    expect(new Set(asked)).to.deep.equal(new Set(["turn-udp"]));
    failing = new Set(["turn-udp", "unit/turn/coturn"]);
    await clock.advance(100 * SECOND);
    expect(trouble).to.deep.equal(["unit/turn/coturn: it does not answer"]);
    expect([stateOf(watch, "unit/turn/coturn"), stateOf(watch, "turn-udp")]).to.deep.equal([
      "down",
      "unknown",
    ]);
  });

  it("does not believe for ever what an earlier process found failing below", async () => {
    await start();
    failing = new Set(["turn-udp", "unit/turn/coturn"]);
    await clock.advance(200 * SECOND);
    await end();
    const watch = await start();
    expect(stateOf(watch, "turn-udp")).to.equal("unknown");
    failing = new Set(["turn-udp"]);
    await clock.advance(100 * SECOND);
    expect([stateOf(watch, "unit/turn/coturn"), stateOf(watch, "turn-udp")]).to.deep.equal(["up", "down"]);
    expect(trouble.at(-1)).to.equal("check turn-udp is down");
  });

  it("does not count what a check stands on as down since an earlier time when it failed and was well again", async () => {
    const watch = await start();
    await clock.advance(20 * SECOND);
    const fail = async () => {
      failing = new Set(["turn-udp", "unit/turn/coturn"]);
      await watch.look("turn-udp");
      expect(stateOf(watch, "unit/turn/coturn")).to.equal("pending");
      failing = new Set();
    };
    await watch.look("unit/turn/coturn");
    await fail();
    await watch.passEnded(site, sampleActual());
    await clock.advance(100 * SECOND);
    asked = [];
    await clock.advance(200 * SECOND);
    expect(asked).not.to.include("unit/turn/coturn");
    await fail();
  });

  it("keeps off a container that is being changed, and looks when the change is over", async () => {
    const watch = await start();
    await clock.advance(20 * SECOND);
    watch.beginChange("turn");
    asked = [];
    failing = new Set(["turn-udp"]);
    await clock.advance(200 * SECOND);
    expect(asked).to.deep.equal([]);
    expect(stateOf(watch, "turn-udp")).to.equal("maintenance");
    failing = new Set();
    watch.endChanges();
    await clock.advance(SECOND);
    expect(asked).to.deep.equal(["turn-udp"]);
    expect(stateOf(watch, "turn-udp")).to.equal("up");
  });

  it("takes nothing that an earlier process saw for a proof, nor that it was not asked", async () => {
    await start();
    await clock.advance(20 * SECOND);
    await end();
    await clock.advance(SECOND);
    const watch = await start();
    expect(stateOf(watch, "turn-udp")).to.equal("up");
    await watch.saw({
      result: checkResult({ name: "turn-udp", ok: false, reason: "not_asked", severity: "info" }),
      transcript: [],
      begunAt: clock.monotonic(),
    });
    expect(watch.unproven(site)).to.have.length(1);
  });

  it("must prove anew what stands on a container that was changed, and nothing when it was not", async () => {
    const watch = await start();
    expect(watch.unproven(site).map(({ name }) => name)).to.deep.equal(["turn-udp"]);
    await clock.advance(20 * SECOND);
    expect(watch.unproven(site)).to.deep.equal([]);
    watch.beginChange("turn");
    await clock.advance(SECOND);
    watch.changed("turn");
    expect(watch.unproven(site)).to.have.length(1);
    await watch.saw(lookNow(), true);
    expect(watch.unproven(site)).to.deep.equal([]);
  });

  it("takes no look for a proof that began before a change, whatever the clock says by then", async () => {
    const watch = await start();
    clock.set(clock.now() + 7_200 * SECOND);
    await clock.advance(20 * SECOND);
    expect(watch.unproven(site)).to.deep.equal([]);
    clock.set(clock.now() - 7_200 * SECOND);
    watch.changed("turn");
    expect(watch.unproven(site)).to.have.length(1);
    const before = lookNow();
    await clock.advance(SECOND);
    watch.changed("turn");
    await watch.saw(before, true);
    expect(watch.unproven(site)).to.have.length(1);
    await watch.saw(lookNow(), true);
    expect(watch.unproven(site)).to.deep.equal([]);
  });

  it("excuses what fails during a change no longer because the clock was set back", async () => {
    const watch = await start();
    await clock.advance(20 * SECOND);
    watch.beginChange("turn");
    clock.set(clock.now() - 7_200 * SECOND);
    failing = new Set(["turn-udp"]);
    await clock.advance(900 * SECOND);
    expect(stateOf(watch, "turn-udp")).to.equal("down");
  });

  it("begins anew with a check that was gone", async () => {
    const watch = await start();
    failing = new Set(["turn-udp"]);
    await clock.advance(200 * SECOND);
    expect(stateOf(watch, "turn-udp")).to.equal("down");
    watch.configure(state({ containers: site.containers, checks: [] }));
    failing = new Set();
    urgent = [];
    watch.configure(site);
    await clock.advance(200 * SECOND);
    expect(stateOf(watch, "turn-udp")).to.equal("up");
    // That it is up again would be news.
    expect(urgent).to.deep.equal([]);
  });

  describe("when what much stands on fails", () => {
    const seldom = (kind: string) => ({ name: kind, kind, spec: {}, intervalSeconds: 3_600 });
    const meetings = state({
      containers: site.containers,
      checks: [...site.checks, { ...seldom("conference"), container: "turn" }, seldom("http")],
    });
    const times = (name: string) => asked.filter((one) => one === name).length;
    const startMeetings = async () => {
      const watch = await start();
      watch.configure(meetings);
      await clock.advance(1_800 * SECOND);
      asked = [];
      return watch;
    };

    it("looks soon, and once, at what works by its last look and may not any more", async () => {
      const watch = await startMeetings();
      expect(stateOf(watch, "conference")).to.equal("up");
      failing = new Set(["turn-udp", "unit/turn/coturn", "conference"]);
      await clock.advance(80 * SECOND);
      expect(watch.statuses().find(({ name }) => name === "conference")).to.include({
        state: "unknown",
        cause: "unit/turn/coturn",
      });
      await clock.advance(600 * SECOND);
      expect([times("conference"), times("http")]).to.deep.equal([1, 0]);
    });

    it("looks once at what goes on working all the same", async () => {
      const watch = await startMeetings();
      failing = new Set(["turn-udp", "unit/turn/coturn"]);
      await clock.advance(680 * SECOND);
      expect([times("conference"), stateOf(watch, "conference")]).to.deep.equal([1, "up"]);
    });

    it("does so for a check when it is believed to be down, and not for a single bad look", async () => {
      const watch = await startMeetings();
      await clock.advance(60 * SECOND);
      failing = new Set(["turn-udp"]);
      await watch.look("turn-udp");
      failing = new Set();
      await clock.advance(SECOND);
      expect(times("conference")).to.equal(0);
      failing = new Set(["turn-udp"]);
      await clock.advance(200 * SECOND);
      expect([stateOf(watch, "turn-udp"), times("conference")]).to.deep.equal(["down", 1]);
    });
  });
});
