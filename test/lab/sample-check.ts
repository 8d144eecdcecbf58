/** Results of checks and how they stand, for tests that do not run any. */
import type { CheckResult } from "../../src/checks/check.ts";
import type { CheckStatus } from "../../src/status/check-status.ts";

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

/** One that is up, or down when it failed, unless `changes` say otherwise. */
export function checkStatus(changes: Partial<CheckStatus> & Pick<CheckStatus, "name">): CheckStatus {
  const result = checkResult(changes);
  const state = result.ok || result.severity !== "critical" ? "up" : "down";
  return { state, since: result.checkedAt, takesDown: [], ...result, ...changes };
}
