/** A host of empty containers whose agent is killed and started again, with a Consul that lives on. */
import { setTimeout as delay } from "node:timers/promises";
import { chown, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createAgentClient } from "../../../src/control/client.ts";
import type { AgentClient } from "../../../src/control/client.ts";
import type { EventView } from "../../../src/control/plan-view.ts";
import { accountIds } from "../../../src/host/account.ts";
import { runCommand } from "../../../src/host/command.ts";
import { startConsulServer } from "../../lab/consul-server.ts";
import type { ConsulServer } from "../../lab/consul-server.ts";
import { type Harness, createHarness } from "../harness.ts";
import { type EmptySite, emptySite } from "../empty-site.ts";

const NAME = "cvkill";
const NUMBER = 91;
const ATTACH_MS = 30_000;

export interface KillHost {
  readonly harness: Harness;
  readonly consul: ConsulServer;
  /** The agent over its socket, without a process of the CLI in between. */
  readonly client: AgentClient;
  /** Pushes while the agent is down: the next start finds it. */
  push(site: EmptySite): Promise<void>;
  /** Starts the agent and answers what happens from its first pass on. */
  startFollowing(): Promise<AsyncIterable<EventView>>;
  /** SIGKILL, and waits until the process is gone. */
  kill(): Promise<void>;
  remove(): Promise<void>;
}

export async function createKillHost(): Promise<KillHost> {
  const consul = await startConsulServer();
  const harness = await createHarness({
    name: NAME,
    number: NUMBER,
    settings: { catalogue: [`/opt/${NAME}/test/lab/empty-catalogue`] },
  });
  const { host } = harness;
  const secret = join(dirname(harness.configFile), "secrets", "consul");
  const ids = await accountIds(runCommand, NAME);
  await writeFile(secret, consul.token.reveal(), { mode: 0o640 });
  await chown(secret, 0, ids.gid);
  const client = createAgentClient(`/run/${NAME}/convene.sock`);
  let pid: number | undefined;
  return {
    harness,
    consul,
    client,
    push: async (site) => {
      const files = emptySite({ number: NUMBER, consulPort: consul.port }, site);
      const { exitCode, stderr } = await host.push({ files, replace: true, pushOptions: ["no-wait"] });
      if (exitCode !== 0) throw new Error(stderr);
    },
    startFollowing: async () => {
      await host.launchAgent();
      pid = await host.agentPid();
      return await attach(client);
    },
    kill: async () => {
      // At once: an action can be over in a few milliseconds.
      if (pid !== undefined) process.kill(pid, "SIGKILL");
      pid = undefined;
      while ((await host.agentPid()) !== undefined) await delay(5);
    },
    remove: async () => {
      await harness.remove();
      await consul.stop();
    },
  };
}

/** The sockets open before the first pass begins, so whoever asks often enough misses nothing of it. */
async function attach(client: AgentClient): Promise<AsyncIterable<EventView>> {
  const deadline = Date.now() + ATTACH_MS;
  for (;;) {
    try {
      return await client.events(AbortSignal.timeout(10 * 60_000));
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(10);
    }
  }
}
