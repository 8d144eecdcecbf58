/** What the checks, and what they stand on, have to say: one problem for each cause, never for what it takes down. Pure. */
import { isCertain } from "../checks/registry.ts";
import { judgeLook } from "../checks/states/judge-look.ts";
import type { CheckStatus } from "../status/check-status.ts";
import type { Problem } from "./alert.ts";

const CHECK_FAILING = "CheckFailing";
const CHECK_BROKEN = "CheckBroken";
/** By the kind of what is down; everything else is a check. */
const DOWN: Readonly<Record<string, string>> = {
  host: "HostDown",
  container: "ContainerDown",
  unit: "UnitDown",
};

/** A state is confirmed already; a warning is not, unless it is certain. */
const CONFIRMED = 1;
const LOOKS = 2;

export function isAboutCheck({ name }: Pick<Problem, "name">): boolean {
  return name === CHECK_FAILING || name === CHECK_BROKEN || isAboutGround({ name });
}

/** Whether it is about what checks stand on. */
export function isAboutGround({ name }: Pick<Problem, "name">): boolean {
  return Object.values(DOWN).includes(name);
}

export function checkProblems(checks: readonly CheckStatus[]): readonly Problem[] {
  return checks.flatMap((check) => problemOf(check) ?? []);
}

/** Whether a problem about a check is known to be over: what is not looked at, or not asked, is not. */
export function isCheckOver(problem: Problem, checks: ReadonlyMap<string, CheckStatus>): boolean {
  const check = checks.get(problem.subject);
  if (!check) return false;
  if (problem.name === CHECK_BROKEN) return judgeLook(check, isCertain) !== "defect";
  return check.state === "up" && check.severity !== "warning";
}

function problemOf(check: CheckStatus): Problem | undefined {
  const outcome = judgeLook(check, isCertain);
  if (outcome === "defect") return { ...base(check, CHECK_BROKEN, "warning"), confirmations: CONFIRMED };
  const name = DOWN[check.kind] ?? CHECK_FAILING;
  if (check.state === "down" && check.severity === "critical") {
    const problem = { ...base(check, name, "critical"), since: check.since, confirmations: CONFIRMED };
    return check.takesDown.length === 0 ? problem : { ...problem, also: check.takesDown };
  }
  if (check.state !== "up" || check.severity !== "warning" || check.cause !== undefined) return undefined;
  const confirmations = isCertain(check.kind, check.reason) ? CONFIRMED : LOOKS;
  return { ...base(check, name, "warning"), confirmations };
}

function base(check: CheckStatus, name: string, severity: Problem["severity"]) {
  const evidence = Object.entries(check.evidence).map(([key, value]) => [key, String(value)] as const);
  return {
    name,
    subject: check.name,
    severity,
    reason: check.reason,
    message: check.message,
    ...(check.hint === undefined ? {} : { hint: check.hint }),
    evidence: Object.fromEntries([["target", check.target] as const, ...evidence]),
    observedAt: check.checkedAt,
  };
}
