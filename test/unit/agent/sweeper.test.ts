/** What is seen inside containers, and when that counts. */
import { expect } from "chai";
import { type Sweeper, createSweeper } from "../../../src/agent/sweeper.ts";
import { createFakeClock } from "../../lab/fake-clock.ts";
import { type FakeHost, createFakeHost } from "../../lab/fake-host.ts";
import { converge } from "../../lab/sample-pass.ts";
import { SAMPLE_HOST, sampleSite } from "../../lab/sample-site.ts";
import { silentLogger } from "../../lab/silent-logger.ts";

describe("the sweeper", () => {
  let host: FakeHost;
  let sweeper: Sweeper;
  let drift: string[];
  /** Happens while `turn` is looked into. */
  let during: () => void;
  const clock = createFakeClock();
  const INTERVAL = 300_000;

  beforeEach(async () => {
    host = createFakeHost(SAMPLE_HOST);
    await converge(host, (foreign) => sampleSite({}, foreign));
    drift = [];
    during = () => undefined;
    sweeper = createSweeper({
      lxd: {
        ...host.lxd,
        instances: () => host.lxd.instances(),
        exec: (request) => {
          if (request.instance === "turn") during();
          return host.lxd.exec(request);
        },
      },
      clock,
      logger: silentLogger,
      intervalMs: INTERVAL,
      desired: () => sampleSite({}, new Map()),
      onDrift: (container) => drift.push(container),
    });
  });

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
