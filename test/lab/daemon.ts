/** Long-running programs of the lab: started once, found again by pid file, stopped by pid. */
import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { readFileIfThere } from "../../src/host/files.ts";
import { systemClock } from "../../src/system/clock.ts";
import { pollUntil } from "../../src/system/retry.ts";

export interface Daemon {
  readonly command: string;
  readonly arguments: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly pidFile: string;
  /** Standard output and error; grows from start to start. */
  readonly logFile: string;
  /** A word of its command line by which it is told from another process with the same pid. */
  readonly mark: string;
}

type Marked = Pick<Daemon, "pidFile" | "mark">;

/** Starts the program in a session of its own unless it runs already; true when it was started. */
export async function startDaemon(daemon: Daemon): Promise<boolean> {
  if ((await daemonPid(daemon)) !== undefined) return false;
  await mkdir(dirname(daemon.pidFile), { recursive: true });
  await mkdir(dirname(daemon.logFile), { recursive: true });
  const log = openSync(daemon.logFile, "a");
  try {
    const child = spawn(daemon.command, [...daemon.arguments], {
      detached: true,
      stdio: ["ignore", log, log],
      cwd: "/",
      env: { PATH: process.env["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin", ...daemon.environment },
    });
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    child.once("spawn", () => resolve(child.pid ?? 0));
    child.once("error", reject);
    await writeFile(daemon.pidFile, `${await promise}\n`);
    child.unref();
  } finally {
    closeSync(log);
  }
  return true;
}

/** The pid of the running program, undefined when it does not run (whatever the pid file says). */
export async function daemonPid(daemon: Marked): Promise<number | undefined> {
  const pid = Number((await readFileIfThere(daemon.pidFile))?.trim());
  if (!Number.isInteger(pid) || pid <= 1) return undefined;
  return (await commandLine(pid)).includes(daemon.mark) ? pid : undefined;
}

/** SIGTERM, and SIGKILL when it is still there after `graceMs`. */
export async function stopDaemon(daemon: Marked, graceMs = 10_000): Promise<void> {
  const pid = await daemonPid(daemon);
  if (pid !== undefined) {
    process.kill(pid, "SIGTERM");
    const gone = async (): Promise<true | undefined> =>
      (await daemonPid(daemon)) === undefined ? true : undefined;
    const ended = await pollUntil(gone, { clock: systemClock, intervalMs: 50, timeoutMs: graceMs });
    if (ended === undefined) process.kill(pid, "SIGKILL");
  }
  await rm(daemon.pidFile, { force: true });
}

/** Empty for a process that has ended, waited for or not. */
async function commandLine(pid: number): Promise<string> {
  try {
    return await readFile(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}
