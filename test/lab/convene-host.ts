/** A whole convene on this machine, driven from outside as its operator does: init, agent, git push, CLI. */
import { spawn } from "node:child_process";
import { chown, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { accountIds } from "../../src/host/account.ts";
import { runCommand } from "../../src/host/command.ts";
import { systemClock } from "../../src/system/clock.ts";
import { pollUntil } from "../../src/system/retry.ts";
import { daemonPid, startDaemon, stopDaemon } from "./daemon.ts";
import type { Daemon } from "./daemon.ts";

export interface ConveneHostOptions {
  /** The settings file; its folder is made when missing. */
  readonly configFile: string;
  /** Content of the settings file. */
  readonly config: string;
  readonly user: string;
  readonly stateDirectory: string;
  /** A checkout that `user` can read (test/lab/readable-checkout.ts). */
  readonly checkout: string;
  /** pid file of the agent. */
  readonly runDirectory: string;
  readonly agentLog: string;
  /** Lines of the programs, as they come. */
  readonly say: (line: string) => void;
}

export interface CommandOutcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface PushOptions {
  /** Files by path in the repository; undefined removes one. With `replace`, all others go. */
  readonly files: Readonly<Record<string, string | Uint8Array | undefined>>;
  readonly replace?: boolean;
  readonly message?: string;
  /** `git push -o`. */
  readonly pushOptions?: readonly string[];
  /** More words for `git push`, such as `--force`. */
  readonly flags?: readonly string[];
}

export interface PushOutcome extends CommandOutcome {
  /** The commit that was pushed, landed or not. */
  readonly commit: string;
  /** False when the repository had these files already. */
  readonly changed: boolean;
}

export interface ConveneHost {
  readonly options: ConveneHostOptions;
  readonly repository: string;
  /** Runs a verb as root and answers how it ended; `echo` also says its lines as they come. */
  convene(words: readonly string[], echo?: boolean): Promise<CommandOutcome>;
  /** A verb with --json, its value parsed. */
  json(words: readonly string[]): Promise<unknown>;
  /** Writes the settings and runs `convene init`. */
  initialise(): Promise<void>;
  /** Starts the agent unless it runs, and waits until it answers. True when it was started. */
  startAgent(): Promise<boolean>;
  /** Starts the agent unless it runs, and waits for nothing: whoever follows its first pass has to hurry. */
  launchAgent(): Promise<boolean>;
  agentPid(): Promise<number | undefined>;
  stopAgent(): Promise<void>;
  /** SIGKILL, as a power cut does. */
  killAgent(): Promise<void>;
  push(options: PushOptions): Promise<PushOutcome>;
}

const COMMAND_DEADLINE_MS = 40 * 60_000;
const AGENT_START_DEADLINE_MS = 30_000;
const AGENT_STOP_GRACE_MS = 30_000;
const GIT_IDENTITY = ["-c", "user.name=Operator", "-c", "user.email=operator@school.example"] as const;

export function createConveneHost(options: ConveneHostOptions): ConveneHost {
  const repository = join(options.stateDirectory, "site.git");
  const launcher = [
    join(options.checkout, "node_modules/.bin/node"),
    join(options.checkout, "src/main.ts"),
  ] as const;
  const environment = { CONVENE_CONFIG: options.configFile };
  const agent: Daemon = {
    command: launcher[0],
    arguments: [launcher[1], "run", "--config", options.configFile],
    environment,
    pidFile: join(options.runDirectory, "agent.pid"),
    logFile: options.agentLog,
    mark: options.configFile,
  };
  const convene = async (words: readonly string[], echo = false): Promise<CommandOutcome> =>
    await execute([...launcher, ...words, "--config", options.configFile], {
      echo: echo ? options.say : undefined,
    });
  return {
    options,
    repository,
    convene,
    json: async (words) => JSON.parse((await convene([...words, "--json"])).stdout) as unknown,
    initialise: async () => {
      await mkdir(dirname(options.configFile), { recursive: true });
      await writeFile(options.configFile, options.config, { mode: 0o640 });
      requireSuccess("convene init", await convene(["init"], true));
    },
    startAgent: async () => {
      const started = await startDaemon(agent);
      await waitForAgent(async () => await convene(["status", "--json"]), options.agentLog);
      return started;
    },
    launchAgent: async () => await startDaemon(agent),
    agentPid: async () => await daemonPid(agent),
    stopAgent: async () => await stopDaemon(agent, AGENT_STOP_GRACE_MS),
    killAgent: async () => await stopDaemon(agent, 0),
    push: async (request) => await push(options, repository, request),
  };
}

/** Status answers 0 or 2 as soon as the agent listens; 1 is no answer. */
async function waitForAgent(ask: () => Promise<CommandOutcome>, log: string): Promise<void> {
  const answers = async (): Promise<true | undefined> => ((await ask()).exitCode === 1 ? undefined : true);
  const timing = { clock: systemClock, intervalMs: 250, timeoutMs: AGENT_START_DEADLINE_MS };
  if ((await pollUntil(answers, timing)) === undefined)
    throw new Error(`the agent does not answer; see ${log}`);
}

/** As an operator on the host does it: clone, change, commit, push, all as the agent's user. */
async function push(
  options: ConveneHostOptions,
  repository: string,
  request: PushOptions,
): Promise<PushOutcome> {
  const ids = await accountIds(runCommand, options.user);
  const folder = await mkdtemp("/tmp/convene-push-");
  const site = join(folder, "site");
  try {
    await chown(folder, ids.uid, ids.gid);
    const git = async (words: readonly string[], echo?: (line: string) => void): Promise<CommandOutcome> =>
      await execute(["runuser", "-u", options.user, "--", "git", ...GIT_IDENTITY, "-C", folder, ...words], {
        echo,
      });
    const inSite = (words: readonly string[]): readonly string[] => ["-C", site, ...words];
    requireSuccess("git clone", await git(["clone", "--quiet", repository, site]));
    await git(inSite(["checkout", "--quiet", "-B", "main"]));
    await writeSite(site, request, ids);
    await git(inSite(["add", "--all"]));
    const commit = await git(
      inSite(["commit", "--quiet", "--message", request.message ?? "Change the site"]),
    );
    const flags = [
      ...(request.pushOptions ?? []).flatMap((option) => ["-o", option]),
      ...(request.flags ?? []),
    ];
    const pushed = await git(inSite(["push", ...flags, "origin", "HEAD:main"]), options.say);
    const head = await git(inSite(["rev-parse", "HEAD"]));
    return { ...pushed, commit: head.stdout.trim(), changed: commit.exitCode === 0 };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeSite(
  site: string,
  { files, replace = false }: PushOptions,
  ids: { readonly uid: number; readonly gid: number },
): Promise<void> {
  if (replace) {
    const names = (await readdir(site)).filter((name) => name !== ".git");
    await Promise.all(names.map(async (name) => await rm(join(site, name), { recursive: true })));
  }
  for (const [name, content] of Object.entries(files)) {
    const path = join(site, name);
    if (content === undefined) {
      await rm(path, { force: true });
      continue;
    }
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
  await runCommand({ command: "chown", arguments: ["-R", `${ids.uid}:${ids.gid}`, site] });
}

function requireSuccess(what: string, outcome: CommandOutcome): void {
  if (outcome.exitCode === 0) return;
  throw new Error(`${what} failed with exit code ${outcome.exitCode}:\n${outcome.stderr}${outcome.stdout}`);
}

/** Runs a program to its end, passing lines on as they come. */
function execute(
  [command = "", ...words]: readonly string[],
  { echo }: { readonly echo?: ((line: string) => void) | undefined },
): Promise<CommandOutcome> {
  const { promise, resolve, reject } = Promise.withResolvers<CommandOutcome>();
  const child = spawn(command, words, {
    cwd: "/",
    stdio: ["ignore", "pipe", "pipe"],
    timeout: COMMAND_DEADLINE_MS,
    env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/nonexistent" },
  });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    const pass = lineSplitter(echo);
    child[name].setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
      pass(text);
    });
  }
  child.once("error", reject);
  child.once("close", (code) => resolve({ exitCode: code ?? 1, ...output }));
  return promise;
}

/** git shows `remote:` lines with carriage returns and padding; people get plain lines. */
function lineSplitter(echo: ((line: string) => void) | undefined): (text: string) => void {
  let rest = "";
  return (text) => {
    const lines = (rest + text).split(/[\r\n]+/);
    rest = lines.pop() ?? "";
    for (const line of lines) echo?.(line.replace(/\u001B\[K/g, "").trimEnd());
  };
}
