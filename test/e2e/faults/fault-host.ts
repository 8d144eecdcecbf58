/** A running site of empty containers on a host whose parts can be taken away one by one. */
import { chmod, chown, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect } from "chai";
import type { KvEntry } from "../../../src/consul/consul.ts";
import { createConsul } from "../../../src/consul/create-consul.ts";
import { createAgentClient } from "../../../src/control/client.ts";
import type { AgentClient } from "../../../src/control/client.ts";
import type { EventView } from "../../../src/control/plan-view.ts";
import { accountIds } from "../../../src/host/account.ts";
import { runCommand } from "../../../src/host/command.ts";
import type { Status } from "../../../src/status/status.ts";
import { systemClock } from "../../../src/system/clock.ts";
import { groupId } from "../../../src/system/drop-privileges.ts";
import { pollUntil } from "../../../src/system/retry.ts";
import { startConsulServer } from "../../lab/consul-server.ts";
import type { ConsulServer } from "../../lab/consul-server.ts";
import type { PushOptions, PushOutcome } from "../../lab/convene-host.ts";
import { lxdSocket } from "../../lab/lxd-project.ts";
import { silentLogger } from "../../lab/silent-logger.ts";
import { type TcpRelay, createTcpRelay } from "../../lab/tcp-relay.ts";
import { type UnixRelay, createUnixRelay } from "../../lab/unix-relay.ts";
import { EMPTY_SITE, type EmptySite, SITE_NAME, emptySite } from "../empty-site.ts";
import { awaitSettled, awaitStatus } from "../agent-status.ts";
import { type Harness, createHarness } from "../harness.ts";
import { type LxdByHand, lxdByHand } from "../lxd-dump.ts";

const NAME = "cvfault";
const NUMBER = 95;
const QUIET_MS = 90_000;

export interface FaultHost {
  readonly harness: Harness;
  readonly client: AgentClient;
  readonly consul: ConsulServer;
  readonly consulRelay: TcpRelay;
  readonly lxdRelay: UnixRelay;
  readonly pool: string;
  readonly byHand: LxdByHand;
  /** Pushes the site with these changes and follows it; the change stays for the pushes after it when it lands. */
  push(change: Partial<EmptySite>, more?: PushOptions["files"]): Promise<PushOutcome>;
  /** What is running, in LXD and in Consul: equal to an earlier answer when nothing has touched it. */
  running(): Promise<unknown>;
  /** What tells a container that was restarted from one that was not. */
  firstProcess(container: string): Promise<string>;
  /** Does `act` at the first event that matches; resolves when the agent is being listened to. */
  when(matches: (event: EventView) => boolean, act: () => Promise<void> | void): Promise<Armed>;
  /** What happens within so many milliseconds: type and id. */
  heard(forMs: number): Promise<readonly string[]>;
  /** Waits for a status; throws with the last one when it does not come. */
  status(matches: (status: Status) => boolean): Promise<Status>;
  keys(): Promise<readonly KvEntry[]>;
  /** Waits until there is no such container. */
  gone(container: string): Promise<void>;
  /** Waits until the agent says Ready and has nothing to plan. */
  settled(): Promise<void>;
  remove(): Promise<void>;
}

export interface Armed {
  /** Resolves when it has acted. */
  readonly done: Promise<void>;
}

export async function createFaultHost(): Promise<FaultHost> {
  const pool = `${NAME}p`;
  const folder = await mkdtemp("/tmp/convene-fault-");
  await chmod(folder, 0o755);
  const consul = await startConsulServer();
  const consulRelay = await createTcpRelay(consul.port);
  const lxdRelay = await openLxdRelay(join(folder, "lxd.socket"));
  const lxd = { project: NAME, network: `${NAME}0`, buildNetwork: `${NAME}b0`, pool };
  const catalogue = [`/opt/${NAME}/test/lab/empty-catalogue`];
  const harness = await createHarness({ name: NAME, number: NUMBER, settings: { catalogue, lxd } });
  await provideToken(harness, consul);
  await startBehindRelay(harness, join(folder, "lxd.socket"));
  const client = createAgentClient(`/run/${NAME}/convene.sock`);
  const byHand = lxdByHand(harness.socketPath, NAME);
  const door = createConsul({ ...consul, site: SITE_NAME, clock: systemClock, logger: silentLogger });
  let site = EMPTY_SITE;
  return {
    harness,
    client,
    consul,
    consulRelay,
    lxdRelay,
    pool,
    byHand,
    push: async (change, more = {}) => {
      const next = { ...site, ...change };
      const files = { ...emptySite({ number: NUMBER, consulPort: consulRelay.port }, next), ...more };
      const outcome = await harness.host.push({ files, replace: true });
      if (outcome.exitCode === 0) site = next;
      return outcome;
    },
    running: async () => await readRunning(harness, byHand, await door.keys(""), pool),
    firstProcess: async (container) => (await firstProcesses(byHand, [container])).join(""),
    keys: async () => await door.keys(""),
    gone: async (container) => {
      const look = async (): Promise<true | undefined> =>
        (await harness.lxd.instance(container)) === undefined ? true : undefined;
      expect(await pollUntil(look, { clock: systemClock, intervalMs: 100, timeoutMs: QUIET_MS })).to.equal(
        true,
      );
    },
    when: async (matches, act) => ({ done: actOn(await client.events(deadline()), matches, act) }),
    heard: async (forMs) => {
      const lines: string[] = [];
      const over = AbortSignal.timeout(forMs);
      try {
        for await (const event of await client.events(over))
          lines.push(`${event.type} ${"id" in event ? event.id : ""}`);
      } catch (error) {
        if (!over.aborted) throw error;
      }
      return lines;
    },
    status: async (matches) => await awaitStatus(client, matches),
    settled: async () => await awaitSettled(client),
    remove: async () => {
      await harness.remove();
      await lxdRelay.cut();
      await consulRelay.close();
      await consul.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The Ready condition's reason and message, in one line. */
export function readiness({ conditions }: Status): string {
  const found = conditions.find(({ type }) => type === "Ready");
  return `${found?.status} ${found?.reason}: ${found?.message}`;
}

/** As LXD's own socket: for root and the group. */
async function openLxdRelay(path: string): Promise<UnixRelay> {
  const relay = createUnixRelay(path, lxdSocket());
  const group = await groupId("lxd");
  const open = async (): Promise<void> => {
    await relay.open();
    await chown(path, 0, group ?? 0);
    await chmod(path, 0o660);
  };
  await open();
  return { ...relay, open };
}

async function provideToken({ configFile }: Harness, consul: ConsulServer): Promise<void> {
  const path = join(dirname(configFile), "secrets", "consul");
  await writeFile(path, consul.token.reveal(), { mode: 0o640 });
  await chown(path, 0, (await accountIds(runCommand, NAME)).gid);
}

/** Only the agent goes through the relay: the settings name LXD's own socket again for a clean-up after a killed run. */
async function startBehindRelay({ configFile, host }: Harness, socket: string): Promise<void> {
  const settings = await readFile(configFile, "utf8");
  await writeFile(configFile, settings.replace(/^lxd:\n/m, `lxd:\n  socket: ${socket}\n`));
  await host.startAgent();
  await writeFile(configFile, settings);
}

/** LXD's containers with their first processes, volumes and images, and every key with its index. */
async function readRunning(
  { lxd }: Harness,
  byHand: LxdByHand,
  keys: readonly KvEntry[],
  pool: string,
): Promise<unknown> {
  const [instances, volumes, images] = await Promise.all([lxd.instances(), lxd.volumes(pool), lxd.images()]);
  const states = await firstProcesses(
    byHand,
    instances.map(({ name }) => name),
  );
  return { instances, states, volumes, images, keys };
}

async function firstProcesses(byHand: LxdByHand, names: readonly string[]): Promise<readonly string[]> {
  const answers = await byHand.dump(names.map((name) => `/1.0/instances/${name}/state`));
  return Object.entries(answers).map(([path, text]) => `${path} ${/"pid": \d+/.exec(text)?.[0] ?? ""}`);
}

async function actOn(
  events: AsyncIterable<EventView>,
  matches: (event: EventView) => boolean,
  act: () => Promise<void> | void,
): Promise<void> {
  for await (const event of events) {
    if (!matches(event)) continue;
    await act();
    return;
  }
  throw new Error("the event did not come");
}

function deadline(): AbortSignal {
  return AbortSignal.timeout(QUIET_MS);
}
