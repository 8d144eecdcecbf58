/** Three-way comparison of KV: what is desired, what is there, and what convene wrote there last. */
import { valueHash } from "../consul/inventory.ts";
import type { DesiredKey } from "../model/desired-state.ts";
import { Secret, revealed } from "../system/secret.ts";
import type { Blocked, Change } from "./action.ts";

export interface KeyDiff {
  readonly puts: readonly DesiredKey[];
  /** Ours, no longer desired and still as we wrote them. */
  readonly deletes: readonly string[];
  /** In the inventory, no longer desired, and changed by somebody: given up, not deleted. */
  readonly released: readonly string[];
  readonly changes: readonly Change[];
  readonly conflicts: readonly Blocked[];
  /** Some put restores what somebody else changed. */
  readonly drift: boolean;
}

/** The rules of ownership (design, Consul): git is the truth for our keys, and nobody else's key is touched. */
export function diffKeys(
  desired: readonly DesiredKey[],
  live: ReadonlyMap<string, string>,
  inventory: ReadonlyMap<string, string>,
): KeyDiff {
  const puts: DesiredKey[] = [];
  const changes: Change[] = [];
  const conflicts: Blocked[] = [];
  let drift = false;
  for (const wanted of desired) {
    const value = revealed(wanted.value);
    const before = live.get(wanted.key);
    const recorded = inventory.get(wanted.key);
    if (before === value && recorded === valueHash(value)) continue;
    if (before !== undefined && recorded === undefined) {
      conflicts.push(keyConflict(wanted.key));
      continue;
    }
    drift ||= recorded === valueHash(value);
    puts.push(wanted);
    changes.push(describePut(wanted, before));
  }
  const wantedKeys = new Set(desired.map((wanted) => wanted.key));
  const leftover = [...inventory].filter(([key]) => !wantedKeys.has(key));
  const ours = leftover.filter(([key, hash]) => hash === valueHash(live.get(key) ?? ""));
  const deletes = ours.filter(([key]) => live.has(key)).map(([key]) => key);
  const released = leftover.map(([key]) => key).filter((key) => !deletes.includes(key));
  return {
    puts,
    deletes,
    released,
    changes: [
      ...changes,
      ...deletes.map(
        (key): Change => ({ field: key, before: isSecretKey(key) ? "***" : (live.get(key) ?? "") }),
      ),
    ],
    conflicts,
    drift,
  };
}

function isSecretKey(key: string): boolean {
  return /^convene\/[^/]+\/secret\//.test(key);
}

function describePut(wanted: DesiredKey, before: string | undefined): Change {
  const hidden = wanted.value instanceof Secret || isSecretKey(wanted.key);
  return {
    field: wanted.key,
    ...(before === undefined ? {} : { before: hidden ? "***" : before }),
    after: hidden ? "***" : revealed(wanted.value),
    ...(wanted.origin ? { origin: wanted.origin } : {}),
  };
}

function keyConflict(key: string): Blocked {
  return {
    reason: "KeyConflict",
    subject: `kv ${key}`,
    message: `the key ${key} exists and was not written by convene`,
    hint: "remove the key, or the manifest that wants it: convene takes over nothing that somebody else wrote",
  };
}
