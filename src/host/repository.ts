/** The site repository: bare, owned by the agent's user, refusing what cannot be undone, with convene's hooks. */
import { join } from "node:path";
import type { AccountIds } from "./account.ts";
import type { RunCommand } from "./command.ts";
import { ensureDirectory, ensureFile, isThere, rootOwned } from "./files.ts";
import type { StepResult } from "./step.ts";

export interface RepositoryOptions {
  readonly path: string;
  readonly branch: string;
  readonly owner: AccountIds;
  /** Content of each hook by its name (`pre-receive`). */
  readonly hooks: Readonly<Record<string, string>>;
  /** Largest pack a push may bring, bytes. */
  readonly maximumPushBytes: number;
}

const COMMAND_DEADLINE_MS = 30_000;

/** Makes the repository as its owner, so that no file in it belongs to root. */
export async function ensureRepository(run: RunCommand, options: RepositoryOptions): Promise<StepResult> {
  const isNew = !(await isThere(join(options.path, "HEAD")));
  if (isNew)
    await git(run, options, [
      "init",
      "--quiet",
      "--bare",
      `--initial-branch=${options.branch}`,
      options.path,
    ]);
  const changed = await ensureSettings(run, options);
  const hooksChanged = await ensureHooks(options);
  if (isNew) return { outcome: "created", detail: options.path };
  return { outcome: changed || hooksChanged ? "changed" : "already there", detail: options.path };
}

/** git-config(1), receive.* and transfer.*: history only grows, and every object is checked as it arrives. */
function wantedSettings(options: RepositoryOptions): Readonly<Record<string, string>> {
  return {
    "receive.denynonfastforwards": "true",
    "receive.denydeletes": "true",
    "receive.advertisepushoptions": "true",
    "receive.maxinputsize": String(options.maximumPushBytes),
    "receive.autogc": "false",
    "transfer.fsckobjects": "true",
  };
}

async function ensureSettings(run: RunCommand, options: RepositoryOptions): Promise<boolean> {
  const listed = await git(run, options, [
    "--git-dir",
    options.path,
    "config",
    "--local",
    "--list",
    "--null",
  ]);
  const present = new Map(
    listed.split("\0").map((entry): [string, string] => {
      const [key = "", ...value] = entry.split("\n");
      return [key, value.join("\n")];
    }),
  );
  const missing = Object.entries(wantedSettings(options)).filter(
    ([key, value]) => present.get(key) !== value,
  );
  for (const [key, value] of missing) {
    await git(run, options, ["--git-dir", options.path, "config", "--local", "--replace-all", key, value]);
  }
  return missing.length > 0;
}

/** Root's, in a folder of root's: a hook runs for whoever pushes. */
async function ensureHooks(options: RepositoryOptions): Promise<boolean> {
  await ensureDirectory(join(options.path, "hooks"), rootOwned());
  const results = await Promise.all(
    Object.entries(options.hooks).map(([name, content]) =>
      ensureFile(join(options.path, "hooks", name), content, rootOwned()),
    ),
  );
  return results.some((result) => result.outcome !== "already there");
}

async function git(run: RunCommand, options: RepositoryOptions, words: readonly string[]): Promise<string> {
  const answer = await run({
    command: "git",
    arguments: words,
    user: options.owner,
    timeoutMs: COMMAND_DEADLINE_MS,
    environment: { HOME: "/nonexistent", GIT_CONFIG_NOSYSTEM: "1", GIT_TEMPLATE_DIR: "" },
    hint: `look at ${options.path}; every file in it must belong to the agent's user`,
  });
  return answer.stdout;
}
