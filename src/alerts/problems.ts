/** What is wrong according to a status, and what is known to be over. Pure. */
import type { Condition, Status } from "../status/status.ts";
import type { Observation, Problem } from "./alert.ts";
import { checkProblems, isAboutCheck, isAboutGround, isCheckOver } from "./check-problems.ts";

const RECONCILE_FAILING = "ReconcileFailing";
const UNTRUSTED = "CertificatesUntrusted";

/** A single failed look may be bad luck; what the manifests say is not. */
const LOOKS = 2;
const CERTAIN = 1;

export function observationOf(status: Status): Observation {
  const conditions = new Map(status.conditions.map((condition) => [condition.type, condition]));
  const lookedAt = status.lastPass === null ? 0 : Date.parse(status.lastPass.finishedAt);
  const reconcile = reconcileProblem(status, conditions, lookedAt);
  const ofChecks = checkProblems(status.checks);
  // Convene keeps running what checks stand on: when it cannot, that is the trouble.
  const explained = reconcile ? ofChecks.filter(isAboutGround) : [];
  const problems = [
    ...ofChecks.filter((problem) => !explained.includes(problem)),
    ...(reconcile ? [withAlso(reconcile, explained)] : []),
    ...trustProblem(status, conditions.get("CertificatesTrusted"), lookedAt),
    ...listedProblems(status, lookedAt),
  ];
  const checks = new Map(status.checks.map((check) => [check.name, check]));
  const ready = conditions.get("Ready")?.status;
  // Findings are known once a pass has got as far as looking at the host.
  const looked = status.objects.length > 0;
  return {
    problems,
    isWatched: (problem) => !isAboutCheck(problem) || checks.has(problem.subject),
    isOver: (problem) => {
      const { name } = problem;
      if (isAboutCheck(problem)) return isCheckOver(problem, checks);
      if (name === RECONCILE_FAILING) return ready === "True";
      if (name === UNTRUSTED) return conditions.get("CertificatesTrusted")?.status === "True";
      return looked;
    },
    site: status.site ?? "",
    url: status.url ?? "",
  };
}

/** Failing checks speak for themselves, and a suspended agent was told to stop. */
function reconcileProblem(
  status: Status,
  conditions: ReadonlyMap<string, Condition>,
  lookedAt: number,
): Problem | undefined {
  const ready = conditions.get("Ready");
  if (ready?.status !== "False" || ready.reason === "HealthCheckFailed") return undefined;
  if (conditions.has("Suspended")) return undefined;
  const stalled = conditions.has("Stalled");
  const hint = status.errors[0]?.hint;
  return {
    name: RECONCILE_FAILING,
    subject: status.site ?? "site",
    severity: "critical",
    reason: ready.reason,
    message: ready.message,
    hint: hint ?? (stalled ? "push a correction; `convene status` says more" : "`convene status` says more"),
    evidence: { revision: status.revision.attempted ?? "none" },
    observedAt: lookedAt,
    // A stalled agent does not try again, so there will be no second look.
    confirmations: stalled ? CERTAIN : LOOKS,
  };
}

function withAlso(problem: Problem, explained: readonly Problem[]): Problem {
  const also = explained.flatMap((one) => [one.subject, ...(one.also ?? [])]);
  return also.length === 0 ? problem : { ...problem, also };
}

function trustProblem(
  status: Status,
  condition: Condition | undefined,
  lookedAt: number,
): readonly Problem[] {
  if (condition?.status !== "False") return [];
  return [
    {
      name: UNTRUSTED,
      subject: status.site ?? "site",
      severity: "warning",
      reason: condition.reason,
      message: condition.message,
      hint: "the names must resolve to this host and port 80 must be reachable: `convene check host`",
      evidence: {},
      observedAt: lookedAt,
      confirmations: LOOKS,
    },
  ];
}

function listedProblems(status: Status, lookedAt: number): readonly Problem[] {
  return [...status.findings, ...status.blocked].map((one) => ({
    name: one.reason,
    subject: one.subject,
    severity: "warning" as const,
    reason: one.reason,
    message: one.message,
    ...(one.hint === undefined ? {} : { hint: one.hint }),
    evidence: {},
    observedAt: lookedAt,
    confirmations: CERTAIN,
  }));
}
