/** A site repository with the real hooks, and a scripted agent behind real sockets. */
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { socketPaths } from "../../src/config/host-settings.ts";
import { createControlServer } from "../../src/control/server.ts";
import { openSockets } from "../../src/control/sockets.ts";
import { HOOK_KINDS, hookScript } from "../../src/source/hooks/hook-script.ts";
import { createFakeAgent, type FakeAgent, type FakeAgentScript } from "./fake-agent.ts";
import { createTestRepository, type TestRepository } from "./git-repository.ts";
import { silentLogger } from "./silent-logger.ts";

const HOOK_MAIN = join(import.meta.dirname, "hook-main.ts");

export interface PushSite extends AsyncDisposable {
  readonly repository: TestRepository;
  readonly agent: FakeAgent;
}

/** Pushes go through the hooks as init writes them; `environment` reaches them. */
export async function createPushSite(
  script: FakeAgentScript | "agent down",
  environment: Readonly<Record<string, string>> = {},
): Promise<PushSite> {
  const repository = await createTestRepository(environment);
  const config = join(repository.folder, "config.yaml");
  const runtimeDirectory = join(repository.folder, "run");
  await writeFile(
    config,
    `runtimeDirectory: ${runtimeDirectory}\nstateDirectory: ${repository.folder}\nuser: convene\n`,
  );
  for (const kind of HOOK_KINDS) {
    const path = join(repository.bare, "hooks", kind);
    await mkdir(join(repository.bare, "hooks"), { recursive: true });
    await writeFile(path, hookScript(kind, [process.execPath, HOOK_MAIN, "--config", config]));
    await chmod(path, 0o755);
  }
  const agent = createFakeAgent(script === "agent down" ? {} : script);
  if (script === "agent down")
    return { repository, agent, [Symbol.asyncDispose]: repository[Symbol.asyncDispose] };
  const sockets = await openSockets({
    paths: socketPaths({ runtimeDirectory }),
    environment: {},
    processId: process.pid,
  });
  const server = createControlServer({ api: agent, sockets, logger: silentLogger });
  return {
    repository,
    agent,
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await repository[Symbol.asyncDispose]();
    },
  };
}
