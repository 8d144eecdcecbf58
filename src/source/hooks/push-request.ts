/** What git tells a hook: the refs on its standard input, the rest in its environment (githooks(5)). */
import { resolve } from "node:path";
import type { Quarantine } from "../git.ts";

export interface RefUpdate {
  /** The commit before, undefined for a new ref. */
  readonly before: string | undefined;
  /** The commit after, undefined for a deletion. */
  readonly after: string | undefined;
  readonly ref: string;
}

export interface PushOptions {
  /** Do not follow what the push does. */
  readonly noWait: boolean;
  /** Show the plan and refuse the ref. */
  readonly planOnly: boolean;
  /** Do not wait for people in calls. */
  readonly now: boolean;
  readonly unknown: readonly string[];
}

export const PUSH_OPTIONS = ["no-wait", "plan-only", "now"] as const;

type Environment = Readonly<Record<string, string | undefined>>;

const LINE = /^([0-9a-f]{40,64}) ([0-9a-f]{40,64}) (\S.*)$/;
/** git itself limits neither; a push of more refs than this is a mistake. */
const MAXIMUM_UPDATES = 200;
const MAXIMUM_OPTIONS = 20;

/** One update a line, `<old> <new> <ref>`; all zeros is "none". Lines that are not that are left out. */
export function parseRefUpdates(stdin: string): readonly RefUpdate[] {
  return stdin
    .split("\n")
    .slice(0, MAXIMUM_UPDATES)
    .flatMap((line) => {
      const [, before, after, ref] = LINE.exec(line) ?? [];
      return before && after && ref ? [{ before: objectName(before), after: objectName(after), ref }] : [];
    });
}

export function parsePushOptions(environment: Environment): PushOptions {
  const count = Math.min(Number(environment["GIT_PUSH_OPTION_COUNT"] ?? 0) || 0, MAXIMUM_OPTIONS);
  const given = Array.from({ length: count }, (_, index) => environment[`GIT_PUSH_OPTION_${index}`] ?? "");
  const known: readonly string[] = PUSH_OPTIONS;
  return {
    noWait: given.includes("no-wait"),
    planOnly: given.includes("plan-only"),
    now: given.includes("now"),
    unknown: given.filter((option) => !known.includes(option)),
  };
}

/** The repository a hook runs for: git starts it inside, with GIT_DIR set. */
export function hookRepository(environment: Environment, workingDirectory: string): string {
  return resolve(workingDirectory, environment["GIT_DIR"] ?? ".");
}

/** Where the pushed objects are until pre-receive agrees; undefined outside a push. */
export function parseQuarantine(environment: Environment, workingDirectory: string): Quarantine | undefined {
  const objects = environment["GIT_OBJECT_DIRECTORY"];
  if (!objects) return undefined;
  const alternates = (environment["GIT_ALTERNATE_OBJECT_DIRECTORIES"] ?? "").split(":").filter(Boolean);
  return {
    objectDirectory: resolve(workingDirectory, objects),
    alternates: alternates.map((path) => resolve(workingDirectory, path)).join(":"),
  };
}

function objectName(text: string): string | undefined {
  return /^0+$/.test(text) ? undefined : text;
}
