/** What the verbs have in common: the shared options, JSON or text, and errors as an exit code. */
import { reportError } from "../system/errors.ts";
import type { AgentClient } from "../control/client.ts";
import type { SocketKind } from "../control/sockets.ts";
import type { HostSettings } from "../config/host-settings.ts";
import type { CliDependencies } from "./cli-dependencies.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { renderError } from "./render-error.ts";

export interface SharedOptions {
  readonly config?: string;
  readonly json?: boolean;
}

/** A verb in the making: its dependencies with the shared options applied. */
export interface Verb {
  readonly dependencies: CliDependencies;
  readonly json: boolean;
  /** From --config or CONVENE_CONFIG. */
  readonly configPath: string | undefined;
  settings(): Promise<HostSettings>;
  agent(socket?: SocketKind): Promise<AgentClient>;
  /** One line for people. */
  readonly line: (text: string) => void;
  /** A value for scripts, on one line. */
  readonly value: (value: unknown) => void;
}

/** Runs a verb and turns what it answers, or throws, into the exit code. */
export async function runVerb(
  dependencies: CliDependencies,
  options: SharedOptions,
  verb: (verb: Verb) => Promise<ExitCode>,
): Promise<void> {
  const settings = async (): Promise<HostSettings> => dependencies.loadSettings(options.config);
  try {
    const code = await verb({
      dependencies,
      json: options.json ?? false,
      configPath: options.config,
      settings,
      agent: async (socket = "user") => dependencies.agent(await settings(), socket),
      line: (text) => dependencies.stdout.write(`${text}\n`),
      value: (value) => dependencies.stdout.write(`${JSON.stringify(value)}\n`),
    });
    dependencies.setExitCode(code);
  } catch (error) {
    if (options.json) dependencies.stdout.write(`${JSON.stringify({ error: reportError(error) })}\n`);
    else for (const line of renderError(reportError(error))) dependencies.stderr.write(`${line}\n`);
    dependencies.setExitCode(EXIT.error);
  }
}
