/** The whole agent over a simulated host: real loop, manifests, model, pipeline and checks; time stands still. */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { AgentEvent } from "../../src/agent/agent-event.ts";
import { createAgent } from "../../src/agent/agent.ts";
import { openStateFiles } from "../../src/agent/state-files.ts";
import { createCheckContext } from "../../src/checks/check-context.ts";
import { completeSettings, hostSettingsSchema } from "../../src/config/host-settings.ts";
import type { AgentApi, TreeFile } from "../../src/control/agent-api.ts";
import { createAlerts } from "../../src/alerts/create-alerts.ts";
import { createTemplateEngine } from "../../src/model/templates.ts";
import { createSecretStore } from "../../src/secrets/secret-store.ts";
import { openCheckMemory } from "../../src/status/check-memory.ts";
import { createHistoryStore } from "../../src/status/history-store.ts";
import type { LogFields, Logger } from "../../src/system/logger.ts";
import { type FakeClock, createFakeClock } from "./fake-clock.ts";
import { type FakeHost, createFakeHost } from "./fake-host.ts";
import { type Files, SMALL_CATALOGUE } from "./sample-model.ts";
import { SAMPLE_HOST } from "./sample-site.ts";
import { silentLogger } from "./silent-logger.ts";

export interface AgentLab {
  readonly api: AgentApi;
  readonly host: FakeHost;
  readonly clock: FakeClock;
  readonly events: readonly AgentEvent[];
  /** What the agent's log says of alerts: `alert ContainerDown container/wiki also page`. */
  readonly told: readonly string[];
  /** The agent's state directory. */
  readonly directory: string;
  /** Deploys other files, as a push does. */
  push(files: Files): void;
  /** Lets time pass, in steps of 20 ms or others, until something is so; throws when it never is. */
  until(what: string, isSo: () => boolean, stepMs?: number): Promise<void>;
  stop(): Promise<void>;
}

/** Keeps what is said of alerts, and drops the rest. */
function recordingLogger(told: string[]): Logger {
  const keep = (message: string, fields: LogFields = {}) => {
    if (!/^alert( resolved)?$/.test(message)) return;
    const also = Array.isArray(fields["also"]) ? ` also ${fields["also"].join(" ")}` : "";
    told.push(`${message} ${String(fields["name"])} ${String(fields["subject"])}${also}`);
  };
  return { ...silentLogger, info: keep, warn: keep, error: keep };
}

const STEPS = 1_000;
const WORLD_MS = 5;

export interface AgentLabOptions {
  /** A host that stands already, as another agent left it. */
  readonly host?: FakeHost;
  /** Suspended since before it started. */
  readonly suspended?: boolean;
}

export async function startAgent(files: Files, options: AgentLabOptions = {}): Promise<AgentLab> {
  const directory = await mkdtemp(join(tmpdir(), "convene-agent-"));
  if (options.suspended) await (await openStateFiles(directory)).suspend("holidays");
  const clock = createFakeClock();
  const host =
    options.host ??
    createFakeHost({ site: SAMPLE_HOST.site, pool: SAMPLE_HOST.pool, base: SAMPLE_HOST.base });
  const stop = new AbortController();
  const store = createSecretStore({ directory, randomBytes });
  let tree = files;
  let commits = 1;
  const watchers: (() => void)[] = [];
  const commit = () => `${commits}`.padStart(40, "0");
  const readTree = async (): Promise<TreeFile[]> =>
    Object.entries(tree).map(([path, text]) => ({ path, content: new TextEncoder().encode(text) }));
  const told: string[] = [];
  const alerts = await createAlerts({
    logFile: join(directory, "alerts.json"),
    clock,
    logger: recordingLogger(told),
    random: () => 0.5,
    signal: stop.signal,
    graceMs: 0,
  });
  const agent = createAgent(
    {
      version: "0.0.0-test",
      process: () => ({ node: "v26.0.0", residentBytes: 100_000_000, cpuSeconds: 1, startedAt: 0 }),
      settings: completeSettings(hostSettingsSchema.parse({}), SMALL_CATALOGUE),
      clock,
      logger: silentLogger,
      random: () => 0.5,
      repository: {
        resolveBranch: async () => commit(),
        requireBranch: async () => commit(),
        resolve: async () => commit(),
        readTree,
        isAncestor: async () => true,
        countChanges: async () => 1,
      },
      lxd: host.lxd,
      actingLxd: host.lxd,
      connectConsul: () => host.consul,
      store,
      planStore: store,
      engine: createTemplateEngine(),
      history: createHistoryStore(join(directory, "history.jsonl")),
      alerts,
      checkMemory: await openCheckMemory({
        path: join(directory, "checks.json"),
        clock,
        logger: silentLogger,
        signal: stop.signal,
      }),
      ownParticipants: { count: () => 0 },
      state: await openStateFiles(directory),
      hostSecrets: directory,
      identityFile: join(directory, "identity"),
      acmeRoot: "",
      checkContext: (input) => createCheckContext({ ...input, clock, signal: stop.signal }),
      checkHost: async () => [],
      watchSource: async (onChange) => {
        watchers.push(onChange);
      },
      onProgress: () => undefined,
    },
    stop.signal,
  );
  const events: AgentEvent[] = [];
  const followed = (async () => {
    for await (const event of agent.api.events(stop.signal)) events.push(event);
  })();
  const ran = agent.run();
  return {
    api: agent.api,
    host,
    clock,
    events,
    told,
    directory,
    push: (next) => {
      tree = next;
      commits += 1;
      for (const changed of watchers) changed();
    },
    until: async (what, isSo, stepMs = 20) => {
      for (let step = 0; step < STEPS; step += 1) {
        if (isSo()) return;
        await clock.advance(stepMs);
        // Files are read in the world's own time.
        await setTimeout(WORLD_MS);
      }
      throw new Error(`it never came to this: ${what}`);
    },
    stop: async () => {
      stop.abort(new Error("the test is over"));
      await clock.advance(1_000);
      await Promise.all([ran, followed]);
      await alerts.flush();
      // What was being written when the agent stopped may still come.
      await rm(directory, { recursive: true, maxRetries: 5 });
    },
  };
}
