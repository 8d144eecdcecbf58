/** What is counted between scrapes: passes, actions, looks. */
import type { AgentEvent } from "../agent/agent-event.ts";
import type { CheckResult } from "../checks/check.ts";

export interface Tallies {
  event(event: AgentEvent): void;
  look(result: Pick<CheckResult, "kind" | "reason">): void;
  read(): TallyValues;
}

export interface TallyValues {
  /** Outcome of a pass → how often. */
  readonly passes: ReadonlyMap<string, number>;
  readonly passDurations: Durations;
  /** Milliseconds since the epoch; undefined before the first. */
  readonly lastReady: number | undefined;
  readonly actions: readonly ActionTally[];
  /** Kind → reason → how often. */
  readonly looks: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

export interface ActionTally {
  readonly kind: string;
  readonly done: number;
  readonly failed: number;
  /** Of those that were done. */
  readonly seconds: number;
}

/** A histogram: how many took at most so many seconds, bucket by bucket. */
export interface Durations {
  readonly buckets: readonly { readonly seconds: number; readonly count: number }[];
  readonly count: number;
  readonly sum: number;
}

/** A pass with nothing to do takes a tenth of a second, a whole bring-up minutes. */
const BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800];

export function createTallies(): Tallies {
  const passes = new Map<string, number>();
  const looks = new Map<string, Map<string, number>>();
  const actions = new Map<string, ActionTally>();
  const counts = BUCKETS.map(() => 0);
  let count = 0;
  let sum = 0;
  let lastReady: number | undefined;
  let kinds: ReadonlyMap<string, string> = new Map();

  const passed = (outcome: string, milliseconds: number): void => {
    passes.set(outcome, (passes.get(outcome) ?? 0) + 1);
    const seconds = secondsOf(milliseconds);
    BUCKETS.forEach((most, index) => {
      if (seconds <= most) counts[index] = (counts[index] ?? 0) + 1;
    });
    count += 1;
    sum += seconds;
  };

  const acted = (id: string, change: (before: ActionTally) => ActionTally): void => {
    const kind = kinds.get(id);
    if (kind === undefined) return;
    actions.set(kind, change(actions.get(kind) ?? { kind, done: 0, failed: 0, seconds: 0 }));
  };

  return {
    look: ({ kind, reason }) => {
      const reasons = looks.get(kind) ?? new Map<string, number>();
      looks.set(kind, reasons.set(reason, (reasons.get(reason) ?? 0) + 1));
    },
    event: (event) => {
      if (event.type === "planned")
        kinds = new Map(event.plan.actions.map((action) => [action.id, action.kind]));
      else if (event.type === "action-finished")
        acted(event.id, (before) => ({
          ...before,
          done: before.done + 1,
          seconds: before.seconds + secondsOf(event.milliseconds),
        }));
      else if (event.type === "action-failed")
        acted(event.id, (before) => ({ ...before, failed: before.failed + 1 }));
      else if (event.type === "verdict") {
        passed(event.verdict.outcome, event.verdict.milliseconds);
        if (event.verdict.outcome === "ready") lastReady = event.at;
      }
    },
    read: () => ({
      passes,
      passDurations: {
        buckets: BUCKETS.map((seconds, index) => ({ seconds, count: counts[index] ?? 0 })),
        count,
        sum,
      },
      lastReady,
      actions: [...actions.values()],
      looks,
    }),
  };
}

/** Never negative: a counter that went down would end every scrape. */
function secondsOf(milliseconds: number): number {
  return Math.max(0, milliseconds) / 1_000;
}
