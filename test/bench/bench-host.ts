/** One isolated convene to measure, its agent started from the bundle with the unit's own command line. */
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { createAgentClient } from "../../src/control/client.ts";
import type { AgentClient } from "../../src/control/client.ts";
import { socketPaths } from "../../src/config/host-settings.ts";
import { runCommand } from "../../src/host/command.ts";
import { systemClock } from "../../src/system/clock.ts";
import { pollUntil } from "../../src/system/retry.ts";
import { writePackage } from "../../systemd/bundle.ts";
import { createHarness } from "../e2e/harness.ts";
import type { Harness } from "../e2e/harness.ts";
import { daemonPid, startDaemon } from "../lab/daemon.ts";
import type { Daemon } from "../lab/daemon.ts";
import { labCatalogue } from "../lab/lab-catalogue.ts";
import { followAgent } from "./agent-events.ts";
import type { AgentEvents } from "./agent-events.ts";
import { openLxdTap } from "./lxd-tap.ts";
import type { LxdTap } from "./lxd-tap.ts";

const NAME = "cvbench";
const NUMBER = 88;
/** Removed together with the harness. */
const FOLDER = `/run/${NAME}-lab`;
const PACKAGE = join(FOLDER, "package");
/** Catalogue files that a measurement writes: before all others in the search path. */
export const OWN_CATALOGUE = join(FOLDER, "catalogue");
const CHECKOUT = `/opt/${NAME}`;
/** The agent alone sees the tap in LXD's place: whoever finds this site after a killed run needs no tap to remove it. */
const BEHIND_TAP = 'mount --bind "$1" "$2" && shift 2 && exec "$@"';

export interface RunningAgent {
  readonly pid: number;
  /** Milliseconds from the start of the process to its first answer. */
  readonly readyAfter: number;
  readonly events: AgentEvents;
}

export interface BenchHost {
  readonly harness: Harness;
  readonly tap: LxdTap;
  readonly client: AgentClient;
  /** `tapped`: its requests to LXD pass the tap. An agent that runs is stopped first. */
  startAgent(options: { readonly tapped: boolean }): Promise<RunningAgent>;
  /** Changes top-level settings; the next start of the agent reads them. */
  change(settings: Readonly<Record<string, unknown>>): Promise<void>;
  /** Commits the branch's files once more and moves the branch; `at`: when, in milliseconds since the epoch. */
  pushAgain(): Promise<{ readonly at: number; readonly commit: string }>;
  /** Runs git in the site repository as its owner; answers what it printed. */
  git(words: readonly string[]): Promise<string>;
  remove(): Promise<void>;
}

export async function createBenchHost(say: (line: string) => void): Promise<BenchHost> {
  const catalogue = [
    OWN_CATALOGUE,
    join(CHECKOUT, "test/bench/catalogue"),
    ...(await labCatalogue(CHECKOUT)),
    join(CHECKOUT, "manifests"),
  ];
  const harness = await createHarness({ name: NAME, number: NUMBER, settings: { catalogue }, echo: say });
  await mkdir(OWN_CATALOGUE, { recursive: true });
  await installPackage();
  const tap = await openLxdTap(join(FOLDER, "lxd.socket"), harness.socketPath);
  const client = createAgentClient(socketPaths({ runtimeDirectory: `/run/${NAME}` }).user);
  let events: AgentEvents | undefined;
  const stopAgent = async (): Promise<void> => {
    events?.stop();
    events = undefined;
    await harness.host.stopAgent();
  };
  const git = async (words: readonly string[]): Promise<string> => await siteGit(harness, words);
  return {
    harness,
    tap,
    client,
    git,
    startAgent: async ({ tapped }) => {
      await stopAgent();
      const daemon = agentDaemon(harness, tapped ? tap : undefined);
      const before = performance.now();
      await startDaemon(daemon);
      await firstAnswer(client, harness.host.options.agentLog);
      const readyAfter = performance.now() - before;
      events = await followAgent(client);
      return { pid: (await daemonPid(daemon)) ?? 0, readyAfter, events };
    },
    change: async (settings) => {
      const text = `${harness.host.options.config.trimEnd()}\n${stringify(settings)}`;
      await writeFile(harness.configFile, text, { mode: 0o640 });
    },
    pushAgain: async () => {
      const words = ["commit-tree", "-m", "Once more", "-p", "main", "main^{tree}"];
      const commit = (await git(words)).trim();
      const at = Date.now();
      await git(["update-ref", "refs/heads/main", commit]);
      return { at, commit };
    },
    remove: async () => {
      await stopAgent();
      await tap.close();
      await harness.remove();
    },
  };
}

/** As `npm install` leaves it, with the checkout's own Node. */
async function installPackage(): Promise<void> {
  await rm(PACKAGE, { recursive: true, force: true });
  await writePackage({ directory: PACKAGE });
  await symlink(join(CHECKOUT, "node_modules"), join(PACKAGE, "node_modules"));
}

/** What convene.service starts, in the environment that systemd gives it; harness and tidying find it by the same pid file. */
function agentDaemon({ host, socketPath }: Harness, tap: LxdTap | undefined): Daemon {
  const { configFile, runDirectory, agentLog } = host.options;
  const command = [join(PACKAGE, "convene"), "run", "--config", configFile];
  return {
    command: tap ? "unshare" : (command[0] ?? ""),
    arguments: tap
      ? ["--mount", "sh", "-c", BEHIND_TAP, "sh", tap.socketPath, socketPath, ...command]
      : command.slice(1),
    environment: {
      NOTIFY_SOCKET: join(FOLDER, "notify"),
      WATCHDOG_USEC: "240000000",
      JOURNAL_STREAM: "8:1",
    },
    pidFile: join(runDirectory, "agent.pid"),
    logFile: agentLog,
    mark: configFile,
  };
}

async function firstAnswer(client: AgentClient, log: string): Promise<void> {
  const answers = async (): Promise<true | undefined> => {
    try {
      await client.status();
      return true;
    } catch {
      return undefined;
    }
  };
  const answered = await pollUntil(answers, { clock: systemClock, intervalMs: 10, timeoutMs: 30_000 });
  if (!answered) throw new Error(`the agent does not answer; see ${log}`);
}

async function siteGit({ host }: Harness, words: readonly string[]): Promise<string> {
  const identity = ["-c", "user.name=Bench", "-c", "user.email=bench@school.example"];
  const result = await runCommand({
    command: "runuser",
    arguments: ["-u", host.options.user, "--", "git", ...identity, "--git-dir", host.repository, ...words],
  });
  return result.stdout;
}
