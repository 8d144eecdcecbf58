/** One push brought to its end although the agent is killed at every moment of every action it takes. */
import type { KillHost } from "./kill-host.ts";

/** How far into an action it is killed, besides at its start and at its end: a build or a swap has several steps. */
const DEPTHS_MS = [400, 1_500] as const;
const GIVE_UP_MS = 10 * 60_000;

export interface KillRun {
  /** Every moment the agent was killed at: `before create container/store`. */
  readonly moments: ReadonlySet<string>;
  /** Ids of all actions that were planned in any of its lives. */
  readonly planned: ReadonlySet<string>;
  /** The actions that were still to do or under way when it was killed, by the number of the life. */
  readonly cutShort: ReadonlyMap<string, number>;
  /** The actions that had ended in a life that was killed later. */
  readonly survived: ReadonlySet<string>;
  /** What failed on the way, in the agent's words. */
  readonly failures: readonly string[];
}

interface Record extends KillRun {
  readonly moments: Set<string>;
  readonly planned: Set<string>;
  readonly cutShort: Map<string, number>;
  readonly survived: Set<string>;
  readonly failures: string[];
}

/** Ends with the first Ready of an agent that was not killed. */
export async function runThroughKills(host: KillHost): Promise<KillRun> {
  const record: Record = {
    moments: new Set(),
    planned: new Set(),
    cutShort: new Map(),
    survived: new Set(),
    failures: [],
  };
  const deadline = Date.now() + GIVE_UP_MS;
  for (let life = 1; Date.now() < deadline; life += 1) if (await live(host, life, record)) return record;
  throw new Error(`not Ready after ${record.moments.size} kills; failed: ${record.failures.join("; ")}`);
}

/** True when this life of the agent reached Ready; otherwise it was killed, at a moment that is new. */
async function live(host: KillHost, life: number, record: Record): Promise<boolean> {
  const ahead = new Set<string>();
  const underWay = new Map<string, readonly NodeJS.Timeout[]>();
  let killed: Promise<void> | undefined;
  const killAt = (moment: string): void => {
    if (killed || record.moments.has(moment)) return;
    record.moments.add(moment);
    killed = host.kill();
  };
  const start = (id: string): void => {
    killAt(`before ${id}`);
    underWay.set(
      id,
      DEPTHS_MS.map((ms) => setTimeout(() => killAt(`${ms} ms into ${id}`), ms)),
    );
  };
  const end = (id: string): void => {
    for (const timer of underWay.get(id) ?? []) clearTimeout(timer);
    underWay.delete(id);
    ahead.delete(id);
    killAt(`after ${id}`);
    record.survived.add(id);
  };
  try {
    // Read on after the kill: what arrives then happened before it.
    for await (const event of await host.startFollowing()) {
      if (event.type === "planned") notePlan(event.plan.actions, life, record, ahead);
      if (event.type === "action-failed") record.failures.push(`${event.id}: ${event.error.message}`);
      if (event.type === "action-started") start(event.id);
      if (event.type === "action-finished" || event.type === "action-failed") end(event.id);
      if (!killed && event.type === "verdict" && event.verdict.outcome === "ready") return true;
    }
  } catch (error) {
    if (!killed) throw error;
  }
  for (const timer of [...underWay.values()].flat()) clearTimeout(timer);
  await killed;
  for (const id of ahead) record.cutShort.set(id, life);
  return false;
}

/** What was cut short and is not planned again was done by LXD without the agent. */
function notePlan(
  actions: readonly { readonly id: string }[],
  life: number,
  record: Record,
  ahead: Set<string>,
): void {
  ahead.clear();
  for (const { id } of actions) {
    ahead.add(id);
    record.planned.add(id);
  }
  for (const [id, when] of record.cutShort) if (when < life && !ahead.has(id)) record.survived.add(id);
}
