/** How a rung stands, and why. Pure: from what was seen of all rungs, and what is being changed. */
import type { CheckResult } from "../check.ts";
import { believed } from "./believe.ts";
import type { CheckState } from "./check-state.ts";
import { explanationOf, lowestFailing, mayBeExplained } from "./explain.ts";
import { isFailing } from "./judge-look.ts";
import type { Memory, Site } from "./memory.ts";
import type { Rung, RungSort } from "./rung-graph.ts";

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

/** The lowest rung that explains it: what keeps it from being asked comes first, and may itself be explained by another. */
export function causeOf(rung: Rung, failing: boolean, site: Site): string | undefined {
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
