/** Programs run by tests: once to their end, or in the background until they are stopped. */
import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs to the end; rejects only when the program cannot be started. */
export async function runProgram(command: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { env: { ...process.env, ...options.environment } });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input ?? "");
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return {
    code,
    stdout: Buffer.concat(stdout).toString("utf8"),
    stderr: Buffer.concat(stderr).toString("utf8"),
  };
}

export interface RunningProgram {
  readonly pid: number;
  isRunning(): boolean;
  log(): string;
  stop(): Promise<void>;
}

/** Starts it and waits until `ready` says so; rejects with its words when it ends or is not ready in 10 s. */
export async function startProgram(
  command: readonly string[],
  ready: (log: string) => boolean | Promise<boolean>,
): Promise<RunningProgram> {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  const lines: string[] = [];
  child.stdout.on("data", (chunk: Buffer) => lines.push(chunk.toString("utf8")));
  child.stderr.on("data", (chunk: Buffer) => lines.push(chunk.toString("utf8")));
  const log = (): string => lines.join("");
  const stop = (): Promise<void> => ended(child);
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (!isRunning()) break;
    if (await ready(log())) return { pid: child.pid ?? 0, isRunning, log, stop };
    await delay(100);
  }
  await stop();
  throw new Error(`${program} did not start: ${log().slice(-2_000)}`);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const patience = setTimeout(() => child.kill("SIGKILL"), 3_000);
  await gone;
  clearTimeout(patience);
}
