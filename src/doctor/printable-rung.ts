/** What a server said, made fit for terminals, logs and JSON, wherever it stands in a rung. */
import type { CheckResult, Evidence } from "../checks/check.ts";
import { printable } from "../checks/printable.ts";
import type { Finding, Rung } from "./report.ts";

/** Characters kept of one text. */
const LIMIT = 1_000;

export function printableRung(rung: Rung): Rung {
  if (rung.state === "not_asked") return { ...rung, because: safe(rung.because) };
  return {
    ...rung,
    summary: safe(rung.summary),
    findings: rung.findings.map(printableFinding),
    notes: rung.notes.map(safe),
    checks: rung.checks.map(printableCheck),
  };
}

function printableFinding(finding: Finding): Finding {
  const { target, message, advice, evidence } = finding;
  return {
    ...finding,
    target: safe(target),
    message: safe(message),
    advice: safe(advice),
    evidence: printableEvidence(evidence),
  };
}

function printableCheck(check: CheckResult): CheckResult {
  const { target, message, evidence } = check;
  return { ...check, target: safe(target), message: safe(message), evidence: printableEvidence(evidence) };
}

function printableEvidence(evidence: Evidence): Evidence {
  const entries = Object.entries(evidence).map(
    ([key, value]) => [safe(key), typeof value === "string" ? safe(value) : value] as const,
  );
  return Object.fromEntries(entries);
}

function safe(text: string): string {
  return printable(text, LIMIT);
}
