/** Arguments of verbs that are more than a string. */
import { InvalidArgumentError } from "commander";
import { HOOK_KINDS, type HookKind } from "../source/hooks/hook-script.ts";
import { parseRevision } from "../source/revision.ts";

export function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new InvalidArgumentError("expected a whole number above zero");
}

/** A commit or at least its first seven digits, or a revision; see matchesRevision. */
export function parseWanted(text: string): string {
  if (/^[0-9a-f]{7,64}$/.test(text) || parseRevision(text) !== undefined) return text;
  throw new InvalidArgumentError("expected a commit, or at least its first seven digits");
}

export function parseHookKind(text: string): HookKind {
  const kind = HOOK_KINDS.find((candidate) => candidate === text);
  if (kind !== undefined) return kind;
  throw new InvalidArgumentError(`expected ${HOOK_KINDS.join(" or ")}`);
}

/** For an option that may be given several times. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
