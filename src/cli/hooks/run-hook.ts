/** Starts a hook: who is pushing, what, where; then pre-receive or post-receive. */
import { stat } from "node:fs/promises";
import type { HookKind } from "../../source/hooks/hook-script.ts";
import {
  hookRepository,
  parsePushOptions,
  parseQuarantine,
  parseRefUpdates,
} from "../../source/hooks/push-request.ts";
import { checkPusher } from "../../source/hooks/repository-owner.ts";
import { reportError } from "../../system/errors.ts";
import type { CliDependencies } from "../cli-dependencies.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { renderError } from "../render-error.ts";
import type { HookContext } from "./hook-context.ts";
import { postReceive } from "./post-receive.ts";
import { preReceive } from "./pre-receive.ts";

/** pre-receive answers error to refuse the push; post-receive always answers yes: the push has landed. */
export async function runHook(
  kind: HookKind,
  dependencies: CliDependencies,
  configPath: string | undefined,
): Promise<ExitCode> {
  const print = (line: string): void => dependencies.stderr.write(`${line}\n`);
  try {
    const context = await createContext(dependencies, configPath, print);
    if (kind === "pre-receive") return (await preReceive(context)) ? EXIT.yes : EXIT.error;
    await postReceive(context);
    return EXIT.yes;
  } catch (error) {
    for (const line of renderError(reportError(error))) print(line);
    return kind === "pre-receive" ? EXIT.error : EXIT.yes;
  }
}

async function createContext(
  dependencies: CliDependencies,
  configPath: string | undefined,
  print: (line: string) => void,
): Promise<HookContext> {
  const { hook, workingDirectory } = dependencies;
  const settings = await dependencies.loadSettings(configPath);
  const gitDirectory = hookRepository(hook.environment, workingDirectory);
  const owner = await stat(gitDirectory);
  checkPusher({
    uid: hook.uid,
    ownerUid: owner.uid,
    user: settings.user,
    hostname: hook.hostname,
    gitDirectory,
  });
  return {
    settings,
    updates: parseRefUpdates(await hook.stdin()),
    options: parsePushOptions(hook.environment),
    repository: dependencies.repository(
      { ...settings, repository: gitDirectory },
      parseQuarantine(hook.environment, workingDirectory),
    ),
    client: dependencies.agent(settings, "user"),
    validate: dependencies.validate,
    clock: dependencies.clock,
    signal: dependencies.signal,
    terminal: dependencies.stderr.gone,
    print,
  };
}
