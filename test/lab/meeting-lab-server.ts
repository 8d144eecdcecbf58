/** One server of the meeting lab: started, stopped, frozen, given other words in its files, told to misbehave, and mended. */
import { z } from "zod";
import type { LabContainer } from "./meeting-lab-containers.ts";
import { type RunningProgram, runProgram, startProgram } from "./programs.ts";
import { adapted } from "./shipped-configuration.ts";

export interface LabServer {
  readonly name: string;
  readonly container: LabContainer;
  start(environment?: Readonly<Record<string, string>>): Promise<void>;
  stop(): Promise<void>;
  restart(environment?: Readonly<Record<string, string>>): Promise<void>;
  /** Holds it with its connections open, as a process does that hangs. */
  freeze(): void;
  /** Whether its process is there, frozen or not. */
  isRunning(): boolean;
  /** Replaces text that must be there, and restarts. */
  reconfigure(path: string, replacements: Readonly<Record<string, string>>): Promise<void>;
  /** For a stand-in: POST /lab/behaviour; the answer is how it behaves now. */
  behave(changes: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
  /** Undoes whatever was done to it since the lab's start; does nothing to one that was left alone. */
  mend(): Promise<void>;
  /** What it printed, of every run since the lab's start. */
  log(): string;
}

export interface ServerRecipe {
  readonly name: string;
  readonly command: readonly string[];
  readonly user?: string;
  /** Run as root before each start. */
  readonly prepare?: readonly string[];
  /** Its end is not waited for: on SIGTERM it takes its time. */
  readonly slowToEnd?: true;
  /** Whether it listens, by what it printed or otherwise; asked every 100 ms, for 10 s at most. */
  readonly ready: (log: string) => boolean | Promise<boolean>;
  /** Where a stand-in is told how to behave: `http://10.98.0.21:8080`. */
  readonly origin?: string;
}

export function labServer(container: LabContainer, recipe: ServerRecipe): LabServer {
  const earlier: string[] = [];
  const shipped = new Map<string, string>();
  let running: RunningProgram | undefined;
  let altered = false;
  let goodBehaviour: Readonly<Record<string, unknown>> | undefined;

  async function start(environment: Readonly<Record<string, string>> = {}): Promise<void> {
    if (running !== undefined) return;
    if (recipe.prepare !== undefined) await succeed(container.inside(recipe.prepare));
    // Set by the last program before the server: what gets it in must not run under a false clock.
    const words = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    const command = container.inside(["env", ...words, ...recipe.command], recipe.user);
    running = await startProgram(command, recipe.ready);
  }

  async function stop(): Promise<void> {
    altered = true;
    goodBehaviour = undefined;
    const ended = running;
    running = undefined;
    if (ended === undefined) return;
    process.kill(ended.pid, recipe.slowToEnd === true ? "SIGKILL" : "SIGCONT");
    await ended.stop();
    earlier.push(ended.log());
  }

  async function restart(environment?: Readonly<Record<string, string>>): Promise<void> {
    await stop();
    await start(environment);
  }

  return {
    name: recipe.name,
    container,
    start,
    stop,
    restart,
    isRunning: () => running?.isRunning() ?? false,
    freeze: () => {
      altered = true;
      if (running !== undefined) process.kill(running.pid, "SIGSTOP");
    },
    reconfigure: async (path, replacements) => {
      const content = await container.read(path);
      if (!shipped.has(path)) shipped.set(path, content);
      await container.write(path, adapted(content, replacements));
      await restart();
    },
    behave: async (changes) => {
      goodBehaviour ??= await tell(recipe.origin, {});
      return await tell(recipe.origin, changes);
    },
    mend: async () => {
      if (goodBehaviour !== undefined) await tell(recipe.origin, goodBehaviour);
      goodBehaviour = undefined;
      if (!altered) return;
      for (const [path, content] of shipped) await container.write(path, content);
      shipped.clear();
      await restart();
      altered = false;
    },
    log: () => [...earlier, running?.log() ?? ""].join(""),
  };
}

async function tell(
  origin: string | undefined,
  body: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(`${origin}/lab/behaviour`, { method: "POST", body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${origin}/lab/behaviour: ${response.status} ${await response.text()}`);
  return z.record(z.string(), z.unknown()).parse(await response.json());
}

async function succeed(command: readonly string[]): Promise<void> {
  const { code, stderr } = await runProgram(command);
  if (code !== 0) throw new Error(`${command.join(" ")}: ${stderr}`);
}
