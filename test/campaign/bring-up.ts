/** One bring-up of the whole site from nothing, killed on the way or not, and everything that is there in the end. */
import { setTimeout as delay } from "node:timers/promises";
import { readFile } from "node:fs/promises";
import { createConsul } from "../../src/consul/create-consul.ts";
import { createAgentClient } from "../../src/control/client.ts";
import type { AgentClient } from "../../src/control/client.ts";
import { systemClock } from "../../src/system/clock.ts";
import { Secret } from "../../src/system/secret.ts";
import { type Harness, createHarness } from "../e2e/harness.ts";
import { silentLogger } from "../lab/silent-logger.ts";

const NAME = "cvrandom";
const NUMBER = 97;
const SITE = "meet";
const POOL = "convene";
const READY_MS = 20 * 60_000;

export interface BringUp {
  /** From the agent's first start to Ready. */
  readonly milliseconds: number;
  /** Actions under way when it was killed. */
  readonly cutShort: readonly string[];
  /** A line for each object, sorted: containers, volumes, images, keys, services. */
  readonly holdings: readonly string[];
  /** What a next pass would do. */
  readonly planned: readonly string[];
}

/** Throws when the site does not become Ready. `killAfterMs` undefined: undisturbed. */
export async function bringUp(killAfterMs: number | undefined): Promise<BringUp> {
  const harness = await createHarness({ name: NAME, number: NUMBER });
  try {
    const { host } = harness;
    const files = await harness.site();
    const pushed = await host.push({ files, replace: true, pushOptions: ["no-wait"] });
    if (pushed.exitCode !== 0) throw new Error(pushed.stderr);
    const started = Date.now();
    await host.launchAgent();
    const client = createAgentClient(`/run/${NAME}/convene.sock`);
    const cutShort = killAfterMs === undefined ? [] : await killLater(harness, client, killAfterMs);
    await host.launchAgent();
    await untilReady(client);
    const milliseconds = Date.now() - started;
    const { plan } = await client.plan(undefined);
    const planned = plan.actions.map(({ id }) => id);
    return { milliseconds, cutShort, planned, holdings: await holdingsOf(harness) };
  } finally {
    await harness.remove();
  }
}

async function killLater(
  { host }: Harness,
  client: AgentClient,
  killAfterMs: number,
): Promise<readonly string[]> {
  const pid = await host.agentPid();
  const kill = async (): Promise<void> => {
    await delay(killAfterMs);
    if (pid !== undefined) process.kill(pid, "SIGKILL");
  };
  const killed = kill();
  const underWay = new Set<string>();
  try {
    for await (const event of await attached(client)) {
      if (event.type === "action-started") underWay.add(event.id);
      if (event.type === "action-finished" || event.type === "action-failed") underWay.delete(event.id);
    }
  } catch {
    // Its end is the end of the stream.
  }
  await killed;
  while ((await host.agentPid()) !== undefined) await delay(20);
  return [...underWay];
}

/** Asks until the sockets are there; gives up when the agent dies before. */
async function attached(client: AgentClient): ReturnType<AgentClient["events"]> {
  for (let tries = 0; tries < 500; tries += 1) {
    try {
      return await client.events(AbortSignal.timeout(READY_MS));
    } catch {
      await delay(20);
    }
  }
  throw new Error("the agent does not answer");
}

async function untilReady(client: AgentClient): Promise<void> {
  const deadline = Date.now() + READY_MS;
  let last = "no answer";
  while (Date.now() < deadline) {
    try {
      const { conditions } = await client.status();
      const ready = conditions.find(({ type }) => type === "Ready");
      if (ready?.status === "True") return;
      last = `${ready?.reason}: ${ready?.message}`;
    } catch {
      last = "no answer";
    }
    await delay(500);
  }
  throw new Error(`not Ready after ${READY_MS / 60_000} min: ${last}`);
}

async function holdingsOf({ lxd, prefix }: Harness): Promise<readonly string[]> {
  const token = await readFile(`/var/lib/${NAME}/secrets/consul-management-token`, "utf8");
  const where = { address: `${prefix}.5`, port: 8500, token: new Secret(token.trim()), site: SITE };
  const consul = createConsul({ ...where, clock: systemClock, logger: silentLogger });
  const [instances, volumes, images, keys, services] = await Promise.all([
    lxd.instances(),
    lxd.volumes(POOL),
    lxd.images(),
    consul.keys(""),
    consul.services(),
  ]);
  return [
    ...instances.map(({ name, status_code: code }) => `container ${name} in state ${code}`),
    ...volumes.map(({ name }) => `volume ${name}`),
    ...images.map(({ aliases }) => `image ${aliases.map(({ name }) => name).join() || "without a name"}`),
    ...keys.map(({ key }) => `key ${key}`),
    ...services.map(({ id }) => `service ${id}`),
  ].toSorted();
}
