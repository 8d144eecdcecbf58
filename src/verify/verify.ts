/** Runs the checks after a change until they pass or the time is over. */
import type { CheckResult } from "../checks/check.ts";
import type { DesiredCheck } from "../model/desired-state.ts";
import type { Clock } from "../system/clock.ts";

const RETRY_MS = 2_000;

export interface VerifyOptions {
  readonly clock: Clock;
  /** Gives up when the signal aborts. */
  readonly run: (check: DesiredCheck, signal: AbortSignal) => Promise<CheckResult>;
  /** Until then a failing check may come round, in milliseconds since the epoch; each runs at least once. */
  readonly deadline: number;
  readonly concurrency: number;
  /** Each check's final result. */
  readonly onResult: (result: CheckResult) => void;
  /** Aborted when the pass is to stop. */
  readonly signal: AbortSignal;
}

/** Final results in the order of the checks. Rejects with the signal's reason when the pass is to stop. */
export async function verify(
  checks: readonly DesiredCheck[],
  options: VerifyOptions,
): Promise<readonly CheckResult[]> {
  const results = new Map<string, CheckResult>();
  const queue = [...checks];
  const worker = async () => {
    for (let check = queue.shift(); check; check = queue.shift()) {
      const result = await runUntilPassing(check, options);
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

async function runUntilPassing(check: DesiredCheck, options: VerifyOptions): Promise<CheckResult> {
  for (;;) {
    options.signal.throwIfAborted();
    const result = await options.run(check, options.signal);
    options.signal.throwIfAborted();
    const settled = result.ok || result.severity !== "critical";
    if (settled || options.clock.now() + RETRY_MS > options.deadline) return result;
    await options.clock.sleep(RETRY_MS, options.signal);
  }
}
