/** Both control sockets of a scripted agent in a folder of their own. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { socketPaths } from "../../src/config/host-settings.ts";
import { type AgentClient, createAgentClient } from "../../src/control/client.ts";
import { createControlServer } from "../../src/control/server.ts";
import { openSockets, type SocketKind } from "../../src/control/sockets.ts";
import { createFakeAgent, type FakeAgent, type FakeAgentScript } from "./fake-agent.ts";
import { silentLogger } from "./silent-logger.ts";

export interface ControlLab extends AsyncDisposable {
  readonly folder: string;
  readonly paths: Readonly<Record<SocketKind, string>>;
  readonly agent: FakeAgent;
  readonly user: AgentClient;
  readonly admin: AgentClient;
  /** Stops the server and leaves the folder. */
  stop(): Promise<void>;
}

export async function createControlLab(script: FakeAgentScript = {}): Promise<ControlLab> {
  const folder = await mkdtemp(join(tmpdir(), "convene-control-"));
  const paths = socketPaths({ runtimeDirectory: join(folder, "run") });
  const agent = createFakeAgent(script);
  const sockets = await openSockets({ paths, environment: {}, processId: process.pid });
  const server = createControlServer({ api: agent, sockets, logger: silentLogger });
  return {
    folder,
    paths,
    agent,
    user: createAgentClient(paths.user),
    admin: createAgentClient(paths.admin),
    stop: async () => server.close(),
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
