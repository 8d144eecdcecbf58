/** Runs the checks after a change until they pass or the time is over. */
import type { CheckResult } from "../checks/check.ts";
import type { DesiredCheck } from "../model/desired-state.ts";
import type { Clock } from "../system/clock.ts";

const RETRY_MS = 2_000;

export interface VerifyOptions {
  readonly clock: Clock;
  readonly run: (check: DesiredCheck) => Promise<CheckResult>;
  /** How long a failing check may take to come round, for all of them together. */
  readonly deadlineMs: number;
  readonly concurrency: number;
  /** Each check's final result. */
  readonly onResult: (result: CheckResult) => void;
  /** Aborted when a newer revision supersedes this one. */
  readonly signal: AbortSignal;
}

/** Final results in the order of the checks. */
export async function verify(
  checks: readonly DesiredCheck[],
  options: VerifyOptions,
): Promise<readonly CheckResult[]> {
  const deadline = options.clock.now() + options.deadlineMs;
  const results = new Map<string, CheckResult>();
  const queue = [...checks];
  const worker = async () => {
    for (let check = queue.shift(); check; check = queue.shift()) {
      const result = await runUntilPassing(check, deadline, options);
      results.set(check.name, result);
      options.onResult(result);
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.concurrency, checks.length) }, worker));
  return checks.flatMap((check) => results.get(check.name) ?? []);
}

/** What keeps a revision from being healthy. */
export function criticalFailures(results: readonly CheckResult[]): readonly CheckResult[] {
  return results.filter((result) => !result.ok && result.severity === "critical");
}

async function runUntilPassing(
  check: DesiredCheck,
  deadline: number,
  options: VerifyOptions,
): Promise<CheckResult> {
  for (;;) {
    options.signal.throwIfAborted();
    const result = await options.run(check);
    const settled = result.ok || result.severity !== "critical";
    if (settled || options.clock.now() + RETRY_MS > deadline) return result;
    await options.clock.sleep(RETRY_MS, options.signal);
  }
}
