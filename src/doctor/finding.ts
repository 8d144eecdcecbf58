/** Turns what checks say into findings of a rung, in the words of any Jitsi. */
import type { CheckResult, Evidence, Severity } from "../checks/check.ts";
import { adviceFor, sentenceFor } from "./advice/advice.ts";
import type { Finding } from "./report.ts";

/** None for a check that is good, was stopped, or was kept from an address by doctor's own bounds. */
export function findingOf(result: CheckResult): readonly Finding[] {
  const { reason, severity, target, evidence } = result;
  if (severity === "ok" || severity === "info" || leftOut(result)) return [];
  return [{ reason, severity, target, message: sentenceFor(result), advice: adviceFor(result), evidence }];
}

/** Stopped, or refused by the bounds: nothing is known of the other side. */
function leftOut({ reason }: CheckResult): boolean {
  return reason === "aborted" || reason === "address_refused";
}

/** A finding that no single check makes. */
export function finding(
  severity: Extract<Severity, "warning" | "critical">,
  reason: string,
  words: { readonly target: string; readonly message: string; readonly advice: string },
  evidence: Evidence = {},
): Finding {
  return { reason, severity, ...words, evidence };
}
