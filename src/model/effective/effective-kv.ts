/** The keys that count: what others wrote into Consul and what this site wants there, ours winning. */
import { Secret } from "../../system/secret.ts";
import type { DesiredKey, Finding } from "../desired-state.ts";
import { rejectedKey } from "./rejected-key.ts";

export interface EffectiveKey {
  readonly value: string;
  /** Written by this site's manifests, not by another module. */
  readonly own: boolean;
}

export interface EffectiveKv {
  readonly keys: ReadonlyMap<string, EffectiveKey>;
  readonly findings: readonly Finding[];
}

/**
 * Merges observed foreign keys (those that are not in the inventory) with our desired ones. Secrets stay out: nothing
 * rendered from the effective keys may hold one. A key both want with another value is ours, with a finding.
 */
export function effectiveKv(foreign: ReadonlyMap<string, string>, ours: readonly DesiredKey[]): EffectiveKv {
  const keys = new Map<string, EffectiveKey>();
  const findings: Finding[] = [];
  for (const [key, value] of foreign) keys.set(key, { value, own: false });
  for (const { key, value } of ours) {
    if (value instanceof Secret) {
      keys.delete(key);
      continue;
    }
    const other = keys.get(key);
    if (other && !other.own && other.value !== value) {
      findings.push(rejectedKey(key, "this site's manifests set the same key to another value"));
    }
    keys.set(key, { value, own: true });
  }
  return { keys, findings };
}

/** The effective keys directly or deeper below `prefix`, as [rest of the key, entry], sorted by key. */
export function keysBelow(
  effective: EffectiveKv,
  prefix: string,
): readonly (readonly [string, EffectiveKey])[] {
  return [...effective.keys]
    .filter(([key]) => key.startsWith(prefix) && !key.endsWith("/"))
    .map(([key, entry]) => [key.slice(prefix.length), entry] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
