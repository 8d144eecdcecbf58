/** The memory of every rung: what looks found, what was believed of them, what is being changed. */
import type { Clock } from "../../system/clock.ts";
import type { CheckResult } from "../check.ts";
import { type Belief, believe, initialBelief } from "./believe.ts";
import { type Confirmation, confirmationOf } from "./check-state.ts";
import { explanationOf, lowestFailing } from "./explain.ts";
import { type ExplainedBy, type IsCertain, isFailing, judgeLook } from "./judge-look.ts";
import { type RungGraph, createRungGraph } from "./rung-graph.ts";
import type { Memory } from "./memory.ts";
import { type Standing, causeOf, changeBelow, standingOf } from "./standing.ts";

export interface BoardOptions {
  readonly clock: Pick<Clock, "now" | "monotonic">;
  readonly isCertain: IsCertain;
  readonly explainedBy: ExplainedBy;
  /** What an earlier process remembered. */
  readonly remembered?: ReadonlyMap<string, Memory>;
}

export interface Board {
  /** Takes over what there is now; what is gone is forgotten. */
  configure(graph: RungGraph, confirmation: (name: string) => Confirmation): void;
  graph(): RungGraph;
  /** In the graph's order. */
  standings(): readonly Standing[];
  standing(name: string): Standing | undefined;
  memories(): ReadonlyMap<string, Memory>;
  /** The lowest failing rung without which this one is not asked. */
  blocker(name: string): string | undefined;
  /** The rung whose failure explains this one, undefined when it counts as its own. */
  explanation(result: CheckResult): string | undefined;
  /** The last look at the lowest rung that explains why this one fails; undefined when nothing else does. */
  cause(name: string): CheckResult | undefined;
  /** Whether its own container is being changed. */
  isChanging(name: string): boolean;
  /** Whether its last look failed. */
  isFailing(name: string): boolean;
  /** Counts looks: greater means later. Zero: not looked at by this process. */
  order(name: string): number;
  latestOrder(): number;
  /** When the last look of this process that says something began, by the monotonic clock; undefined: there was none. */
  begunAt(name: string): number | undefined;
  /** A look at the rung of this name. A failure that something explains is shown and does not count. */
  record(result: CheckResult, options?: RecordOptions): void;
  /** Changes of this container begin; for some minutes they excuse what fails. */
  beginChange(container: string): void;
  /** They are over: answers the rungs in those containers that have not been looked at since, and all that fail. */
  endChanges(): readonly string[];
}

export interface RecordOptions {
  /** The last word after a change: the change excuses nothing any more. */
  readonly final?: boolean;
  /** When the look began, by the monotonic clock; absent: just now. */
  readonly begunAt?: number;
}

interface Change {
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** The same by the monotonic clock. */
  readonly begunAt: number;
  readonly order: number;
}

/** A change that takes longer does not excuse what fails meanwhile. */
const CHANGE_MS = 600_000;

export function createBoard({ clock, isCertain, explainedBy, remembered }: BoardOptions): Board {
  let graph = createRungGraph([]);
  let confirmation = (_name: string): Confirmation => confirmationOf(undefined);
  const memories = new Map<string, Memory>(remembered);
  const orders = new Map<string, number>();
  const begun = new Map<string, number>();
  const changes = new Map<string, Change>();
  let latest = 0;

  const memoryOf = (name: string): Memory => memories.get(name) ?? { belief: initialBelief(started) };
  const started = clock.now();
  const changeOf = (container: string): number | undefined => {
    const change = changes.get(container);
    return change && clock.monotonic() - change.begunAt < CHANGE_MS ? change.since : undefined;
  };
  const site = () => ({ graph, memoryOf, changeOf, explainedBy });

  const believedAfter = (result: CheckResult, final: boolean): Belief => {
    const { name } = result;
    const { belief } = memoryOf(name);
    const outcome = judgeLook(result, isCertain);
    const look = { good: outcome === "good", at: result.checkedAt };
    if (look.good) return believe(belief, look, confirmation(name));
    const rung = graph.rungs.get(name);
    if (!isFailing(outcome) || !rung) return belief;
    const excused = !final && changeBelow(rung, site()) !== undefined;
    const caused = explanationOf(rung, result, site()) !== undefined;
    if (excused || caused) return belief;
    return believe(belief, look, confirmation(name), outcome === "certain");
  };

  return {
    graph: () => graph,
    configure: (next, nextConfirmation) => {
      graph = next;
      confirmation = nextConfirmation;
      for (const name of memories.keys()) if (!graph.rungs.has(name)) memories.delete(name);
    },
    standings: () => [...graph.rungs.values()].map((rung) => standingOf(rung, site())),
    standing: (name) => {
      const rung = graph.rungs.get(name);
      return rung && standingOf(rung, site());
    },
    memories: () => memories,
    blocker: (name) => lowestFailing(graph.needed(name), site()),
    explanation: (result) => {
      const rung = graph.rungs.get(result.name);
      return rung && explanationOf(rung, result, site());
    },
    cause: (name) => {
      const rung = graph.rungs.get(name);
      const cause = rung && causeOf(rung, isFailing(memoryOf(name).last?.outcome), site());
      return cause === undefined ? undefined : memoryOf(cause).last?.result;
    },
    isChanging: (name) => {
      const container = graph.rungs.get(name)?.container;
      return container !== undefined && changeOf(container) !== undefined;
    },
    isFailing: (name) => isFailing(memoryOf(name).last?.outcome),
    order: (name) => orders.get(name) ?? 0,
    latestOrder: () => latest,
    begunAt: (name) => begun.get(name),
    record: (result, { final = false, begunAt = clock.monotonic() } = {}) => {
      const { name } = result;
      latest += 1;
      orders.set(name, latest);
      const outcome = judgeLook(result, isCertain);
      if (outcome === "void" || !graph.rungs.has(name)) return;
      begun.set(name, begunAt);
      const { last } = memoryOf(name);
      const since = last?.outcome === outcome ? last.since : result.checkedAt;
      const belief = believedAfter(result, final);
      memories.set(name, { belief, last: { result, outcome, since } });
    },
    beginChange: (container) =>
      void changes.set(container, { since: clock.now(), begunAt: clock.monotonic(), order: latest }),
    endChanges: () => {
      if (changes.size === 0) return [];
      const disturbed = [...graph.rungs.values()].filter(({ name, container }) => {
        const change = container === undefined ? undefined : changes.get(container);
        const unseen = change !== undefined && (orders.get(name) ?? 0) <= change.order;
        return unseen || isFailing(memoryOf(name).last?.outcome);
      });
      changes.clear();
      return disturbed.map(({ name }) => name);
    },
  };
}
