/** The brake on removals: what holds data, and what looks like an accident, waits for `convene confirm`. */
import { createHash } from "node:crypto";
import type { ActualState } from "../observe/actual-state.ts";
import type { Action, Blocked } from "./action.ts";
import { isPrune } from "./container-removal.ts";

const MANY = 3;
const LARGE_SHARE = 0.3;
const NAMED = 5;

export interface PruneResult {
  readonly actions: readonly Action[];
  readonly blocked: readonly Blocked[];
}

/** What one pass would remove of one kind. */
interface Crowd {
  /** `container`, `service`, `key`, `account`. */
  readonly kind: string;
  readonly subjects: readonly string[];
  /** How many convene owns of it. */
  readonly total: number;
}

/**
 * Volumes always wait, each by itself. Of any other kind, more than 3 objects and more than 30 % of what convene owns
 * of it wait; what waits in one pass is one accident, so one confirmation is for all of it. A removal that finishes a
 * replacement is not a prune and never waits.
 *
 * @param confirmed subjects; what is left of a confirmed crowd after an interruption is still confirmed.
 */
export function limitPrunes(
  actions: readonly Action[],
  actual: ActualState,
  confirmed: ReadonlySet<string>,
): PruneResult {
  const crowds = crowdsOf(actions, actual).filter(
    ({ subjects, total }) =>
      isLarge(subjects.length, total) && subjects.some((subject) => !confirmed.has(subject)),
  );
  const large = new Set(crowds.flatMap(({ subjects }) => subjects));
  const leading = crowds.some(({ kind }) => kind === "key" || kind === "service");
  // A container goes after what leads people to it, so it waits with that, however few they are.
  const led = leading ? actions.filter((action) => isPrune(action) && !large.has(action.subject)) : [];
  const held = new Set([...large, ...led.map(({ subject }) => subject)]);
  const crowd = waits([...held], `${crowds.map(share).join(", ")} at once looks like an accident`);
  const volumes = limitVolumes(actions, actual, { held, crowd, confirmed });
  for (const { subject } of volumes) held.add(subject);
  return {
    actions: actions.map((action) => withoutHeld(action, held)).filter((action) => action !== undefined),
    blocked: [...(crowds.length > 0 ? [crowd] : []), ...volumes],
  };
}

interface Held {
  readonly held: ReadonlySet<string>;
  /** How what is held is told. */
  readonly crowd: Blocked;
  readonly confirmed: ReadonlySet<string>;
}

/** A volume waits for its own confirmation, and for its container's when that is held. */
function limitVolumes(
  actions: readonly Action[],
  { containers }: ActualState,
  { held, crowd, confirmed }: Held,
): readonly Blocked[] {
  return actions.flatMap((action) => {
    if (action.kind !== "delete-volume") return [];
    const { subject } = action;
    if (!confirmed.has(subject)) return [waits([subject], "it holds data")];
    const user = containers.find(
      ({ name, devices }) =>
        held.has(`container/${name}`) && Object.values(devices).some(({ source }) => source === action.name),
    );
    if (!user) return [];
    const message = `removal waits: ${subject}; container/${user.name} has it and waits for a confirmation`;
    return [{ ...crowd, subject, message, confirms: [subject] }];
  });
}

function crowdsOf(actions: readonly Action[], { containers, consul }: ActualState): readonly Crowd[] {
  const ready = consul.state === "ready" ? consul : undefined;
  const services = [...(ready?.services.values() ?? [])];
  const removed = actions.filter(({ cause }) => cause === "removed");
  const subjectsOf = (kind: Action["kind"]): readonly string[] =>
    removed.filter((action) => action.kind === kind).map(({ subject }) => subject);
  return [
    {
      kind: "container",
      subjects: subjectsOf("delete-container"),
      total: containers.filter(({ owned }) => owned).length,
    },
    {
      kind: "service",
      subjects: subjectsOf("deregister-service"),
      total: services.filter(({ owned }) => owned).length,
    },
    {
      kind: "key",
      subjects: actions.flatMap((action) =>
        action.kind === "write-kv" ? action.deletes.map(keySubject) : [],
      ),
      total: ready?.inventory.size ?? 0,
    },
    ...actions.flatMap((action) => {
      if (action.kind !== "apply-accounts") return [];
      const found = containers.find(({ name }) => name === action.container.name);
      const total = Object.keys(found?.record.accounts ?? {}).length;
      return [{ kind: "account", subjects: action.remove.map(accountSubject), total }];
    }),
  ];
}

function keySubject(key: string): string {
  return `kv ${key}`;
}

function accountSubject(jid: string): string {
  return `account ${jid}`;
}

/** The action without the removals that are held; undefined when nothing is left of it. */
function withoutHeld(action: Action, held: ReadonlySet<string>): Action | undefined {
  if (action.kind === "write-kv" && action.deletes.some((key) => held.has(keySubject(key)))) {
    const kept = { ...action, deletes: [], changes: withoutChanges(action, action.deletes) };
    return action.puts.length + action.releases.length > 0 ? kept : undefined;
  }
  if (action.kind === "apply-accounts" && action.remove.some((jid) => held.has(accountSubject(jid)))) {
    const kept = { ...action, remove: [], changes: withoutChanges(action, action.remove) };
    return action.set.length > 0 ? kept : undefined;
  }
  return action.cause === "removed" && held.has(action.subject) ? undefined : action;
}

function withoutChanges({ changes }: Action, fields: readonly string[]): Action["changes"] {
  return changes.filter(({ field }) => !fields.includes(field));
}

function isLarge(count: number, total: number): boolean {
  return count > MANY && count > total * LARGE_SHARE;
}

function share({ kind, subjects, total }: Crowd): string {
  return `${subjects.length} of ${total} ${kind}s`;
}

function waits(subjects: readonly string[], why: string): Blocked {
  const id = confirmationId(subjects);
  const more = subjects.length - NAMED;
  const names = `${subjects.slice(0, NAMED).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  return {
    reason: "ConfirmationNeeded",
    subject: subjects[0] ?? "prune",
    message: `removal waits: ${names}; ${why}`,
    hint: `if it is meant: sudo convene confirm ${id}`,
    confirmationId: id,
    confirms: subjects,
  };
}

/** Short, stable id of a set of removals: the same accident asks for the same confirmation. */
function confirmationId(subjects: readonly string[]): string {
  return createHash("sha256").update(subjects.toSorted().join("\n")).digest("hex").slice(0, 8);
}
