/** What is seen inside containers, and when that counts. */
import { expect } from "chai";
import { type Sweeper, type SweeperOptions, createSweeper } from "../../../src/agent/sweeper.ts";
import { createFakeClock } from "../../lab/fake-clock.ts";
import { type FakeHost, createFakeHost } from "../../lab/fake-host.ts";
import { converge } from "../../lab/sample-pass.ts";
import { SAMPLE_HOST, container, file, sampleSite } from "../../lab/sample-site.ts";
import { silentLogger } from "../../lab/silent-logger.ts";

describe("the sweeper", () => {
  let host: FakeHost;
  let sweeper: Sweeper;
  let drift: string[];
  /** Happens while `turn` is looked into. */
  let during: () => void;
  /** How long each look takes. */
  let lookMs: number;
  let looks: { readonly at: number; readonly name: string }[];
  const clock = createFakeClock();
  const INTERVAL = 300_000;

  beforeEach(async () => {
    host = createFakeHost(SAMPLE_HOST);
    await converge(host, (foreign) => sampleSite({}, foreign));
    drift = [];
    during = () => undefined;
    lookMs = 0;
    looks = [];
    sweeper = createSweeper(options());
  });

  function options(): SweeperOptions {
    return {
      lxd: {
        ...host.lxd,
        exec: async (request) => {
          looks.push({ at: clock.now(), name: request.instance });
          if (request.instance === "turn") during();
          if (lookMs > 0) await clock.sleep(lookMs);
          return host.lxd.exec(request);
        },
      },
      clock,
      logger: silentLogger,
      intervalMs: INTERVAL,
      desired: () => sampleSite({}, new Map()),
      onDrift: (name) => drift.push(name),
    };
  }

  /** As long as a whole round may take. */
  const round = async () => {
    const stop = new AbortController();
    const ran = sweeper.run(stop.signal);
    for (let part = 0; part < 12; part += 1) await clock.advance(INTERVAL / 10);
    stop.abort();
    await clock.advance(0);
    await ran;
  };

  const guest = (name: string) => {
    const found = host.inside.instances.get(name)?.guest;
    if (!found) throw new Error(`no ${name}`);
    return found;
  };

  it("finds nothing where nothing happened", async () => {
    await round();
    expect(drift).to.deep.equal([]);
    expect([...sweeper.sweeps.keys()].toSorted()).to.deep.equal([
      "bridge-1",
      "consul",
      "jitsi",
      "proxy",
      "turn",
    ]);
  });

  for (const [what, meddle] of [
    [
      "an edited file",
      () =>
        guest("turn").files.set("/etc/turn.conf", {
          content: "x",
          owner: "root",
          group: "root",
          mode: "0644",
        }),
    ],
    [
      "another mode",
      () =>
        guest("turn").files.set("/etc/turn.conf", {
          content: "# turn\n",
          owner: "root",
          group: "root",
          mode: "0666",
        }),
    ],
    ["a missing file", () => guest("turn").files.clear()],
    ["a stopped unit", () => guest("turn").active.clear()],
  ] as const) {
    it(`tells of ${what}`, async () => {
      meddle();
      await round();
      expect(drift).to.deep.equal(["turn"]);
    });
  }

  it("tells of an account that is gone", async () => {
    host.inside.volumes.get("convene/prosody")?.data.accounts.clear();
    await round();
    expect(drift).to.deep.equal(["jitsi"]);
  });

  it("does not look into what does not run, and forgets what it saw there", async () => {
    await round();
    await host.inside.lxd.stopInstance("turn", 0);
    host.revive();
    await round();
    expect(sweeper.sweeps.has("turn")).to.equal(false);
    expect(host.calls.filter((call) => call.startsWith("lxd.exec turn"))).to.deep.equal([]);
  });

  it("forgets what it saw before convene wrote there", async () => {
    await round();
    sweeper.forget("turn");
    expect(sweeper.sweeps.has("turn")).to.equal(false);
  });

  it("does not keep what it saw while convene wrote there", async () => {
    guest("turn").files.clear();
    during = () => sweeper.forget("turn");
    await round();
    expect([sweeper.sweeps.has("turn"), drift]).to.deep.equal([false, []]);
  });

  for (const seconds of [0, 5, 20]) {
    it(`looks into each within every interval, with time left to repair, when a look takes ${seconds} s`, async () => {
      lookMs = seconds * 1_000;
      const started = clock.now();
      const stop = new AbortController();
      const ran = sweeper.run(stop.signal);
      await clock.advance(4 * INTERVAL);
      stop.abort();
      await clock.advance(lookMs);
      await ran;
      for (const name of ["bridge-1", "consul", "jitsi", "proxy", "turn"]) {
        const times = [started, ...looks.filter((one) => one.name === name).map((one) => one.at)];
        const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0) + lookMs);
        expect(gaps.length, name).to.be.at.least(4);
        expect(Math.max(...gaps), name).to.be.below(INTERVAL - 10_000);
      }
    });
  }

  it("begins soon after it is known what there should be", async () => {
    let known = false;
    const desired = () => (known ? sampleSite({}, new Map()) : undefined);
    const late = createSweeper({ ...options(), desired });
    const stop = new AbortController();
    const ran = late.run(stop.signal);
    await clock.advance(INTERVAL / 2);
    known = true;
    await clock.advance(INTERVAL);
    stop.abort();
    await clock.advance(0);
    await ran;
    expect(late.sweeps.size).to.equal(5);
  });

  it("compares with what is on record at that moment, not at the beginning of the round", async () => {
    const stop = new AbortController();
    const ran = sweeper.run(stop.signal);
    await clock.advance(90_000);
    const more = container({
      name: "turn",
      hostPart: 15,
      files: [file({ path: "/etc/turn.conf", content: "new" })],
    });
    await converge(host, (foreign) => {
      const site = sampleSite({}, foreign);
      const files = site.containers.map((one) => (one.name === "turn" ? { ...one, files: more.files } : one));
      return { ...site, containers: files };
    });
    await clock.advance(INTERVAL);
    stop.abort();
    await clock.advance(0);
    await ran;
    expect(drift).to.deep.equal([]);
  });

  it("goes on when one container cannot be looked into", async () => {
    host.failOnce(/^lxd.exec turn/, new Error("broken pipe"));
    await round();
    expect([...sweeper.sweeps.keys()].toSorted()).to.deep.equal(["bridge-1", "consul", "jitsi", "proxy"]);
  });

  it("ends with the signal", async () => {
    const stop = new AbortController();
    const ran = sweeper.run(stop.signal);
    await clock.advance(INTERVAL / 2);
    stop.abort();
    await clock.advance(0);
    await ran;
    const seen = sweeper.sweeps.size;
    await clock.advance(INTERVAL);
    expect(sweeper.sweeps.size).to.equal(seen);
  });
});
