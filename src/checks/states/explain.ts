/** What explains that a rung fails: something below it that can be the cause, or its like. Pure. */
import type { CheckResult } from "../check.ts";
import type { Explainer } from "../explainer.ts";
import { type ExplainedBy, type LookOutcome, isFailing } from "./judge-look.ts";
import type { Site } from "./memory.ts";
import type { Rung } from "./rung-graph.ts";

/** The lowest failing rung of these, which are in the graph's order. */
export function lowestFailing(names: readonly string[], { memoryOf }: Site): string | undefined {
  return names.find((name) => isFailing(memoryOf(name).last?.outcome));
}

/** What may explain this result: everything below it that is not another matter. */
export function explaining(
  { name, kind, reason }: Pick<CheckResult, "name" | "kind" | "reason">,
  { graph, explainedBy }: Pick<Site, "graph" | "explainedBy">,
): readonly string[] {
  const explainers = explainedBy(kind, reason);
  return explainers === undefined ? graph.below(name) : graph.belowKinds(name, kindsOf(explainers));
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
export function explanationOf(rung: Rung, result: CheckResult, site: Site): string | undefined {
  return belowFor(rung, result, site) ?? likeFor(rung, result, site);
}

function belowFor(rung: Rung, result: CheckResult, site: Site): string | undefined {
  const { graph } = site;
  const explainers = site.explainedBy(result.kind, result.reason);
  if (explainers === undefined) return lowestFailing(graph.below(rung.name), site);
  const each = explainers.filter(({ alternativesBy }) => alternativesBy === undefined);
  const found = lowestCause(graph.belowKinds(rung.name, kindsOf(each)), explainers, site);
  if (found !== undefined) return found;
  for (const explainer of explainers) {
    for (const name of alternatives(rung, result, explainer, site)) {
      const cause = lowestCause([...graph.belowKinds(name, []), name], explainers, site);
      if (cause !== undefined) return cause;
    }
  }
  return undefined;
}

/** The lowest of these that fails for what is no other matter. */
function lowestCause(
  names: readonly string[],
  explainers: readonly Explainer[],
  site: Site,
): string | undefined {
  return names.find((name) => {
    const last = site.memoryOf(name).last;
    return isFailing(last?.outcome) && !explainers.some((one) => isOtherMatter(last?.result, one));
  });
}

function isOtherMatter(result: CheckResult | undefined, { kind, unless = [] }: Explainer): boolean {
  return result?.kind === kind && unless.includes(result.reason);
}

/** Checks that stand in for each other and explain this result: all of them when none is left, or the one that was met. */
function alternatives(
  { leansOn }: Rung,
  result: CheckResult,
  explainer: Explainer,
  site: Site,
): readonly string[] {
  const key = explainer.alternativesBy;
  if (key === undefined) return [];
  const all = leansOn.filter((name) => site.graph.rungs.get(name)?.kind === explainer.kind);
  // What is being taken out of service stands in for nobody.
  const inService = all.filter((name) => site.memoryOf(name).last?.outcome !== "draining");
  const failing = inService.filter(
    (name) =>
      lowestCause([name], [explainer], site) !== undefined ||
      lowestFailing(site.graph.needed(name), site) !== undefined,
  );
  if (failing.length === inService.length) return failing;
  const met = wordsOf(result, key);
  return failing.filter((name) =>
    wordsOf(site.memoryOf(name).last?.result, key).some((word) => met.includes(word)),
  );
}

function wordsOf(result: CheckResult | undefined, key: string): readonly string[] {
  const words = `${result?.evidence[key] ?? ""}`.split(" ");
  return words.map((word) => word.replace(/\/.*/, "")).filter((word) => word !== "");
}

function likeFor({ alike }: Rung, result: CheckResult, site: Site): string | undefined {
  const { kind, reason, severity } = result;
  // Two certificates may both be about to expire: a warning is one with its like's only where the kind says so.
  const shared = severity === "warning" && kindsOf(site.explainedBy(kind, reason) ?? []).includes(kind);
  return alike.find((other) => {
    const last = site.memoryOf(other).last;
    const asked = lowestFailing(site.graph.needed(other), site) === undefined;
    const speaks = isFailing(last?.outcome) || (shared && last?.result.severity === "warning");
    return asked && speaks && last?.result.reason === reason;
  });
}

function kindsOf(explainers: readonly Explainer[]): readonly string[] {
  return explainers.map(({ kind }) => kind);
}
