/** Puts actions into an order in which nothing comes before what it depends on. */
import type { Action, ActionKind } from "./action.ts";

/** Among actions that are free to go, the rank keeps the order people expect to read. */
const RANK: Readonly<Record<ActionKind, number>> = {
  "build-image": 0,
  "create-volume": 1,
  "update-volume": 1,
  "create-container": 2,
  "update-container": 3,
  "start-container": 4,
  "swap-container": 5,
  "set-up-acl": 6,
  "write-kv": 7,
  "register-service": 8,
  "apply-files": 9,
  "apply-accounts": 10,
  "issue-certificate": 11,
  "deregister-service": 12,
  "delete-container": 13,
  "delete-volume": 14,
  "delete-image": 15,
};

/**
 * Stable topological order. Dependencies on ids that are not in the list are dropped: they need no work.
 * Throws when actions depend on each other in a circle, which the manifests' own check makes impossible.
 */
export function orderActions(actions: readonly Action[]): Action[] {
  const ids = new Set(actions.map((action) => action.id));
  const waiting = actions
    .map((action) => ({ ...action, dependsOn: [...new Set(action.dependsOn)].filter((id) => ids.has(id)) }))
    .toSorted((a, b) => RANK[a.kind] - RANK[b.kind] || a.id.localeCompare(b.id));
  const done = new Set<string>();
  const ordered: Action[] = [];
  while (ordered.length < actions.length) {
    const next = waiting.find(
      (action) => !done.has(action.id) && action.dependsOn.every((id) => done.has(id)),
    );
    if (!next)
      throw new Error(
        `actions depend on each other in a circle: ${waiting
          .filter((one) => !done.has(one.id))
          .map((one) => one.id)
          .join(", ")}`,
      );
    done.add(next.id);
    ordered.push(next);
  }
  return ordered;
}
