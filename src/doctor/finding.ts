/** Turns what checks say into findings of a rung, in the words of any Jitsi. */
import type { CheckResult, Evidence, Severity } from "../checks/check.ts";
import { adviceFor, sentenceFor } from "./advice/advice.ts";
import type { Finding } from "./report.ts";

/** However near the day is: until then nobody is kept out. */
const EXPIRING: readonly string[] = ["cert_expiring", "cert_issuer_expiring"];

/** None for a check that is good or was stopped. */
export function findingOf(result: CheckResult): readonly Finding[] {
  const { reason, target, evidence } = result;
  const severity = EXPIRING.includes(reason) ? "warning" : result.severity;
  if (severity === "ok" || severity === "info" || reason === "aborted") return [];
  return [{ reason, severity, target, message: sentenceFor(result), advice: adviceFor(result), evidence }];
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
