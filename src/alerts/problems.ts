/** What is wrong according to a status, and what is known to be over. Pure. */
import type { CheckResult } from "../checks/check.ts";
import type { Condition, Status } from "../status/status.ts";
import type { Observation, Problem } from "./alert.ts";

export const CHECK_FAILING = "CheckFailing";
const RECONCILE_FAILING = "ReconcileFailing";
const UNTRUSTED = "CertificatesUntrusted";

/** A single failed look may be bad luck; what the manifests say is not. */
const LOOKS = 2;
const CERTAIN = 1;

export function observationOf(status: Status): Observation {
  const conditions = new Map(status.conditions.map((condition) => [condition.type, condition]));
  const lookedAt = status.lastPass === null ? 0 : Date.parse(status.lastPass.finishedAt);
  const reconcile = reconcileProblem(status, conditions, lookedAt);
  const problems = [
    ...status.checks.flatMap(checkProblem),
    ...(reconcile ? [reconcile] : []),
    ...trustProblem(status, conditions.get("CertificatesTrusted"), lookedAt),
    ...listedProblems(status, lookedAt),
  ];
  const passing = new Set(status.checks.filter((check) => !isProblem(check)).map((check) => check.name));
  const ready = conditions.get("Ready")?.status;
  // Findings are known once a pass has got as far as looking at the host.
  const looked = status.objects.length > 0;
  return {
    problems,
    isOver: ({ name, subject }) => {
      if (name === CHECK_FAILING) return passing.has(subject);
      if (name === RECONCILE_FAILING) return ready === "True";
      if (name === UNTRUSTED) return conditions.get("CertificatesTrusted")?.status === "True";
      return looked;
    },
    applying: ready === "Unknown",
    site: status.site ?? "",
    url: status.url ?? "",
  };
}

function isProblem(check: CheckResult): boolean {
  return check.severity === "critical" || check.severity === "warning";
}

function checkProblem(check: CheckResult): readonly Problem[] {
  const { severity } = check;
  if (severity !== "critical" && severity !== "warning") return [];
  const evidence = Object.entries(check.evidence).map(([name, value]) => [name, String(value)] as const);
  return [
    {
      name: CHECK_FAILING,
      subject: check.name,
      severity,
      reason: check.reason,
      message: check.message,
      ...(check.hint === undefined ? {} : { hint: check.hint }),
      evidence: Object.fromEntries([["target", check.target] as const, ...evidence]),
      observedAt: check.checkedAt,
      confirmations: LOOKS,
    },
  ];
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
