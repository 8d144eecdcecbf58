/** LXD's events, and what happens when LXD goes away and comes back. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { createLxd } from "../../src/lxd/client.ts";
import type { Lxd } from "../../src/lxd/lxd.ts";
import type { LxdEvent } from "../../src/lxd/schema.ts";
import { systemClock } from "../../src/system/clock.ts";
import { pollUntil } from "../../src/system/retry.ts";
import { failureOf } from "../lab/failure.ts";
import { createLxdLab } from "../lab/lxd-project.ts";
import type { LxdLab } from "../lab/lxd-project.ts";
import { createUnixRelay } from "../lab/unix-relay.ts";
import type { UnixRelay } from "../lab/unix-relay.ts";

describe("LXD events", function () {
  this.timeout(60_000);
  let lab: LxdLab;
  let directory: string;
  let relay: UnixRelay;
  let lxd: Lxd;
  let seen: LxdEvent[];
  let reconnects: number;
  let stop: AbortController;
  let following: Promise<void>;

  before(async () => {
    lab = await createLxdLab({ name: "it-events", subnet: 203 });
    directory = await mkdtemp(join(tmpdir(), "convene-events-"));
  });
  after(async () => {
    await lab.remove();
    await rm(directory, { recursive: true });
  });
  beforeEach(async () => {
    const socketPath = join(directory, "relay.socket");
    relay = createUnixRelay(socketPath, lab.socketPath);
    await relay.open();
    lxd = createLxd({ socketPath, project: lab.project, clock: systemClock });
    seen = [];
    reconnects = 0;
    stop = new AbortController();
    following = lxd.events(
      (event) => seen.push(event),
      () => {
        reconnects += 1;
      },
      stop.signal,
    );
  });
  afterEach(async () => {
    stop.abort();
    await following;
    await relay.cut();
  });

  const arrives = async (action: string, name: string): Promise<boolean> => {
    const matches = (event: LxdEvent): boolean =>
      event.type === "lifecycle" &&
      event.metadata.action === action &&
      event.metadata.source.startsWith(`/1.0/instances/${name}`);
    const probe = async (): Promise<true | undefined> => (seen.some(matches) ? true : undefined);
    return (await pollUntil(probe, { clock: systemClock, intervalMs: 20, timeoutMs: 5_000 })) ?? false;
  };
  /** The first connection is made without saying so: touch an instance until it is heard. */
  const connected = async (name: string): Promise<void> => {
    const probe = async (): Promise<true | undefined> => {
      await lab.lxd.patchInstance(name, { config: { "user.touch": String(systemClock.now()) } });
      return seen.length > 0 ? true : undefined;
    };
    await pollUntil(probe, { clock: systemClock, intervalMs: 50, timeoutMs: 5_000 });
  };

  it("tells of an instance's life and of operations, and of nobody else's", async () => {
    await lab.createEmpty("noisy");
    await connected("noisy");
    await lab.lxd.renameInstance("noisy", "noisier");
    expect(await arrives("instance-renamed", "noisier")).to.equal(true);
    expect(seen.some((event) => event.type === "operation")).to.equal(true);
    expect(seen.filter((event) => event.project !== lab.project)).to.deep.equal([]);
    expect(reconnects).to.equal(0);
  });

  it("reconnects when LXD comes back, says so, and hears again", async () => {
    await lab.createEmpty("survivor");
    await connected("survivor");
    await relay.cut();
    await lab.lxd.patchInstance("survivor", { config: { "user.missed": "1" } });
    await relay.open();
    const probe = async (): Promise<true | undefined> => (reconnects > 0 ? true : undefined);
    await pollUntil(probe, { clock: systemClock, intervalMs: 20, timeoutMs: 10_000 });
    expect(reconnects).to.equal(1);
    await lab.lxd.deleteInstance("survivor");
    expect(await arrives("instance-deleted", "survivor")).to.equal(true);
  });

  it("says LxdUnreachable, retryable and with a hint, while LXD is away, and works again afterwards", async () => {
    await lxd.instances();
    await relay.cut();
    const failure = await failureOf(lxd.instances());
    expect(failure).to.include({ code: "LxdUnreachable", retryable: true });
    expect(failure.hint).to.contain("lxd");
    await relay.open();
    expect(await lxd.instances()).to.be.an("array");
  });
});
