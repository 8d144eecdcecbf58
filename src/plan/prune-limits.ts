/** The brake on removals: what holds data, and what looks like an accident, waits for `convene confirm`. */
import { createHash } from "node:crypto";
import type { ActualState } from "../observe/actual-state.ts";
import type { Action, Blocked } from "./action.ts";
import { isPrune } from "./container-removal.ts";

const MANY = 3;
const LARGE_SHARE = 0.3;

export interface PruneResult {
  readonly actions: readonly Action[];
  readonly blocked: readonly Blocked[];
}

/** Short, stable id of a set of removals: the same accident asks for the same confirmation. */
function confirmationId(subjects: readonly string[]): string {
  return createHash("sha256").update(subjects.toSorted().join("\n")).digest("hex").slice(0, 8);
}

/**
 * Volumes always wait; of any other kind, more than 3 objects and more than 30 % of what convene owns of it wait
 * together. A removal that finishes a replacement is not a prune and never waits.
 */
export function limitPrunes(
  actions: readonly Action[],
  actual: ActualState,
  confirmed: ReadonlySet<string>,
): PruneResult {
  const keyCount = actual.consul.state === "ready" ? actual.consul.inventory.size : 0;
  const totals: Readonly<Record<string, number>> = {
    "delete-container": actual.containers.filter((found) => found.owned).length,
    "deregister-service":
      actual.consul.state === "ready"
        ? [...actual.consul.services.values()].filter((one) => one.owned).length
        : 0,
  };
  const blocked: Blocked[] = [];
  const held = new Set<string>();
  for (const action of actions.filter((one) => one.kind === "delete-volume")) {
    const id = confirmationId([action.subject]);
    if (confirmed.has(id)) continue;
    held.add(action.id);
    blocked.push(waits(id, [action.subject], "it holds data"));
  }
  for (const [kind, total] of Object.entries(totals)) {
    const prunes = actions.filter((action) => action.kind === kind && action.cause === "removed");
    const subjects = prunes.map((action) => action.subject);
    const id = confirmationId(subjects);
    if (!isLarge(prunes.length, total) || confirmed.has(id)) continue;
    for (const action of prunes) held.add(action.id);
    blocked.push(waits(id, subjects, `${prunes.length} of ${total} at once looks like an accident`));
  }
  const kept = actions
    .filter((action) => !held.has(action.id))
    .map((action) => limitKeys(action, keyCount, confirmed, blocked))
    .map((action) => action && limitAccounts(action, actual, confirmed, blocked))
    .filter((action) => action !== undefined);
  return { actions: kept.filter((action) => !isLedTo(action, blocked)), blocked };
}

/** A container goes after what leads people to it; while that waits for a confirmation it waits too, and says so. */
function isLedTo(action: Action, blocked: Blocked[]): boolean {
  const first = blocked.find((one) => /^(kv|service\/)/.test(one.subject));
  if (!first || !isPrune(action)) return false;
  blocked.push({
    reason: "ConfirmationNeeded",
    subject: action.subject,
    message: `removal waits: ${action.subject}; keys or services that may lead to it wait for a confirmation`,
    hint: first.hint,
  });
  return true;
}

function limitKeys(
  action: Action,
  total: number,
  confirmed: ReadonlySet<string>,
  blocked: Blocked[],
): Action | undefined {
  if (action.kind !== "write-kv" || !isLarge(action.deletes.length, total)) return action;
  const subjects = action.deletes.map((key) => `kv ${key}`);
  const id = confirmationId(subjects);
  if (confirmed.has(id)) return action;
  blocked.push(
    waits(id, subjects, `${action.deletes.length} of ${total} keys at once looks like an accident`),
  );
  if (action.puts.length + action.releases.length === 0) return undefined;
  const deleted = new Set(action.deletes);
  return { ...action, deletes: [], changes: action.changes.filter((change) => !deleted.has(change.field)) };
}

function limitAccounts(
  action: Action,
  actual: ActualState,
  confirmed: ReadonlySet<string>,
  blocked: Blocked[],
): Action | undefined {
  if (action.kind !== "apply-accounts") return action;
  const found = actual.containers.find((one) => one.name === action.container.name);
  const total = Object.keys(found?.record.accounts ?? {}).length;
  if (!isLarge(action.remove.length, total)) return action;
  const subjects = action.remove.map((jid) => `account ${jid}`);
  const id = confirmationId(subjects);
  if (confirmed.has(id)) return action;
  blocked.push(
    waits(id, subjects, `${action.remove.length} of ${total} accounts at once looks like an accident`),
  );
  if (action.set.length === 0) return undefined;
  const removed = new Set(action.remove);
  return { ...action, remove: [], changes: action.changes.filter((change) => !removed.has(change.field)) };
}

function isLarge(count: number, total: number): boolean {
  return count > MANY && count > total * LARGE_SHARE;
}

function waits(id: string, subjects: readonly string[], why: string): Blocked {
  const names =
    subjects.length > 5
      ? `${subjects.slice(0, 5).join(", ")} and ${subjects.length - 5} more`
      : subjects.join(", ");
  return {
    reason: "ConfirmationNeeded",
    subject: subjects[0] ?? "prune",
    message: `removal waits: ${names}; ${why}`,
    hint: `if it is meant: sudo convene confirm ${id}`,
    confirmationId: id,
  };
}
