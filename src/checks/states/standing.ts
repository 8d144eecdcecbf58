/** How a rung stands, and why. Pure: from what was seen of all rungs, and what is being changed. */
import type { CheckResult } from "../check.ts";
import { type Belief, believed } from "./believe.ts";
import type { CheckState } from "./check-state.ts";
import { type ExplainedBy, type LookOutcome, isFailing } from "./judge-look.ts";
import type { Rung, RungGraph, RungSort } from "./rung-graph.ts";

/** What is remembered of a rung. */
export interface Memory {
  readonly belief: Belief;
  readonly last?: LastLook;
}

export interface LastLook {
  readonly result: CheckResult;
  readonly outcome: LookOutcome;
  /** Since when looks have had this outcome, milliseconds since the epoch. */
  readonly since: number;
}

export interface Standing {
  readonly name: string;
  readonly sort: RungSort;
  readonly kind: string;
  readonly state: CheckState;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Why it is in maintenance or unknown: one clause for people. */
  readonly because?: string;
  /** The lowest rung whose failure explains this one's, or its warning. */
  readonly cause?: string;
  /** Its last look, whether it counted or not. */
  readonly result?: CheckResult;
}

/** Milliseconds since the epoch at which a change of this container began; undefined while it is left alone. */
export type ChangeOf = (container: string) => number | undefined;

export interface Site {
  readonly graph: RungGraph;
  readonly memoryOf: (name: string) => Memory;
  readonly changeOf: ChangeOf;
  readonly explainedBy: ExplainedBy;
}

export function standingOf(rung: Rung, site: Site): Standing {
  const memory = site.memoryOf(rung.name);
  const { last } = memory;
  const found = explained(rung, memory, site) ?? {
    ...believed(memory.belief),
    ...causeOfWarning(rung, memory, site),
  };
  const { name, sort, kind } = rung;
  return { name, sort, kind, ...found, ...(last ? { result: last.result } : {}) };
}

/** The lowest failing rung of these, which are in the graph's order. */
export function lowestFailing(names: readonly string[], { memoryOf }: Site): string | undefined {
  return names.find((name) => isFailing(memoryOf(name).last?.outcome));
}

/** What may explain this result: everything below it that is not another matter. */
export function explaining(
  { name, kind, reason }: Pick<CheckResult, "name" | "kind" | "reason">,
  { graph, explainedBy }: Pick<Site, "graph" | "explainedBy">,
): readonly string[] {
  return graph.below(name, explainedBy(kind, reason));
}

/** Whether this result is one that something else may explain: a failure, or a warning that says by what. */
export function mayBeExplained(
  { kind, reason, severity }: CheckResult,
  outcome: LookOutcome,
  explainedBy: ExplainedBy,
): boolean {
  return isFailing(outcome) || (severity === "warning" && (explainedBy(kind, reason) ?? []).length > 0);
}

/** What fails and explains that this result of the rung does: something below, or its like for the same reason. */
export function explanationOf({ alike }: Rung, result: CheckResult, site: Site): string | undefined {
  const { kind, reason, severity } = result;
  // Two certificates may both be about to expire: a warning is one with its like's only where the kind says so.
  const shared = severity === "warning" && site.explainedBy(kind, reason)?.includes(kind) === true;
  return (
    lowestFailing(explaining(result, site), site) ??
    alike.find((other) => {
      const last = site.memoryOf(other).last;
      const asked = lowestFailing(site.graph.needed(other), site) === undefined;
      const speaks = isFailing(last?.outcome) || (shared && last?.result.severity === "warning");
      return asked && speaks && last?.result.reason === reason;
    })
  );
}

interface Change {
  readonly container: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** The container below it that is being changed, its own first. */
export function changeBelow(
  rung: Rung,
  { graph, changeOf }: Pick<Site, "graph" | "changeOf">,
): Change | undefined {
  const own = changeOfOwn(rung, { changeOf });
  if (own !== undefined) return own;
  for (const name of graph.below(rung.name)) {
    const change = changeOfOwn(graph.rungs.get(name) ?? {}, { changeOf });
    if (change !== undefined) return change;
  }
  return undefined;
}

function changeOfOwn(
  { container }: Pick<Rung, "container">,
  { changeOf }: Pick<Site, "changeOf">,
): Change | undefined {
  const since = container === undefined ? undefined : changeOf(container);
  return container === undefined || since === undefined ? undefined : { container, since };
}

/** What keeps it from being asked comes first, and that may itself be explained by something else. */
function causeOf(rung: Rung, failing: boolean, site: Site): string | undefined {
  const blocker = lowestFailing(site.graph.needed(rung.name), site);
  const result = failing ? site.memoryOf(rung.name).last?.result : undefined;
  const found = blocker ?? (result && explanationOf(rung, result, site));
  const further = found === undefined ? undefined : site.graph.rungs.get(found);
  return further ? (causeOf(further, true, site) ?? found) : found;
}

/** What works and warns of something that another rung fails for. */
function causeOfWarning(rung: Rung, { last }: Memory, site: Site): Pick<Standing, "cause"> {
  if (!last || !mayBeExplained(last.result, last.outcome, site.explainedBy)) return {};
  const cause = causeOf(rung, true, site);
  return cause === undefined ? {} : { cause };
}

type Explained = Pick<Standing, "state" | "since" | "because" | "cause">;

function explained(rung: Rung, memory: Memory, site: Site): Explained | undefined {
  const { last } = memory;
  const failing = isFailing(last?.outcome);
  const change = failing ? changeBelow(rung, site) : changeOfOwn(rung, site);
  if (change)
    return { state: "maintenance", since: change.since, because: `${change.container} is being changed` };
  if (last?.outcome === "draining")
    return { state: "maintenance", since: last.since, because: last.result.message };
  const cause = causeOf(rung, failing, site);
  const fault = cause === undefined ? undefined : believed(site.memoryOf(cause).belief);
  if (cause !== undefined && fault?.state === "down")
    return { state: "unknown", since: fault.since, because: `${cause} is down`, cause };
  if (last?.outcome === "defect")
    return { state: "unknown", since: last.since, because: `the check is broken: ${last.result.message}` };
  if (!failing || memory.belief.confirmed === "down") return undefined;
  // It fails, and that did not count, or not yet.
  const own = believed(memory.belief);
  const since = own.state === "pending" ? own.since : (last?.since ?? own.since);
  return { state: "pending", since, ...(cause === undefined ? {} : { cause }) };
}
