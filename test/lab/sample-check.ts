/** Results of checks, for tests that do not run any. */
import type { CheckResult } from "../../src/checks/check.ts";

/** A check that passed, unless `changes` say otherwise. */
export function checkResult(changes: Partial<CheckResult> & Pick<CheckResult, "name">): CheckResult {
  const ok = changes.ok ?? true;
  return {
    kind: "http",
    target: "https://meet.test/",
    ok,
    reason: ok ? "ok" : "refused",
    message: ok ? "it answers" : "it does not answer",
    severity: ok ? "ok" : "critical",
    phases: [],
    evidence: {},
    checkedAt: 0,
    ...changes,
  };
}
