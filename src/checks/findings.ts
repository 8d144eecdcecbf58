/** Several faults found at once become one verdict: the worst gives its reason, the message tells all of them. */
import type { ReasonTable } from "./check-kind.ts";
import type { CheckRun, Verdict } from "./check-run.ts";
import type { Severity } from "./check.ts";

export interface Finding<Reason extends string> {
  readonly reason: Reason;
  readonly severity: Severity;
  /** One clause that can stand beside others. */
  readonly message: string;
}

const SEVERITY_ORDER: readonly Severity[] = ["critical", "warning", "info", "ok"];

/** By severity, and where that is equal in the order of the table, which is written worst first. */
export function worstFirst<Reason extends string>(
  findings: readonly Finding<Reason>[],
  table: ReasonTable<Reason>,
): readonly Finding<Reason>[] {
  const ranks = Object.keys(table);
  return findings.toSorted(
    (left, right) =>
      SEVERITY_ORDER.indexOf(left.severity) - SEVERITY_ORDER.indexOf(right.severity) ||
      ranks.indexOf(left.reason) - ranks.indexOf(right.reason),
  );
}

/** `ok` with `otherwise` when there are none; else all codes are in the evidence as `findings`, worst first. */
export function verdictOf<Reason extends string>(
  findings: readonly Finding<Reason>[],
  otherwise: string,
  run: CheckRun,
): Verdict<Reason | "ok"> {
  for (const { severity, reason, message } of findings) run.say(`${severity} ${reason}: ${message}`);
  const [worst] = findings;
  if (worst === undefined) return { reason: "ok", message: otherwise };
  run.note({ findings: [...new Set(findings.map(({ reason }) => reason))].join(" ") });
  const message = findings.map((finding) => finding.message).join("; ");
  return { reason: worst.reason, message, severity: worst.severity };
}
