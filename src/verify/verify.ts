/** Runs the checks after a change until they pass or the time is over, from the ground up, the conference last. */
import type { CheckResult } from "../checks/check.ts";
import { commonReasons } from "../checks/common-reasons.ts";
import type { DesiredCheck } from "../model/desired-state.ts";
import type { Clock } from "../system/clock.ts";
import { createLimit } from "../system/limit.ts";

const RETRY_MS = 2_000;
/** The proof that everything before it was only the way to. */
const PROOF = "conference";

export interface VerifyOptions {
  readonly clock: Clock;
  /** Gives up when the signal aborts. */
  readonly run: (check: DesiredCheck, signal: AbortSignal) => Promise<CheckResult>;
  /** Until then a failing check may come round, by the monotonic clock; each runs at least once. */
  readonly deadline: number;
  readonly concurrency: number;
  /** Each check's final result. */
  readonly onResult: (result: CheckResult) => void;
  /** Aborted when the pass is to stop. */
  readonly signal: AbortSignal;
}

/**
 * Final results in the order of the checks. One that depends on a check that fails is not asked; a conference depends
 * on all the others. Rejects with the signal's reason when the pass is to stop.
 */
export async function verify(
  checks: readonly DesiredCheck[],
  options: VerifyOptions,
): Promise<readonly CheckResult[]> {
  const limit = createLimit(options.concurrency);
  const results = new Map<string, Promise<CheckResult>>();
  const names = new Set(checks.map(({ name }) => name));
  const settle = async (check: DesiredCheck): Promise<CheckResult> => {
    const needed = neededBy(check, checks).filter((name) => names.has(name));
    const below = await Promise.all(needed.map(resultOf));
    const broken = below.find(isCritical) ?? below.find(({ reason }) => reason === "not_asked");
    const result = broken
      ? notAsked(check, broken, options.clock.now())
      : await runUntilPassing(check, options, limit);
    options.onResult(result);
    return result;
  };
  const byName = new Map(checks.map((check) => [check.name, check]));
  const resultOf = (name: string): Promise<CheckResult> => {
    const known = results.get(name);
    const check = byName.get(name);
    if (known) return known;
    // Manifests whose checks wait for each other are refused.
    if (!check) throw new Error(`no check ${name}`);
    const started = Promise.resolve().then(() => settle(check));
    results.set(name, started);
    return started;
  };
  return await Promise.all(checks.map(({ name }) => resultOf(name)));
}

/** What keeps a revision from being healthy. */
export function criticalFailures(results: readonly CheckResult[]): readonly CheckResult[] {
  return results.filter(isCritical);
}

/** In the checks' own order, so that the one that is named is the same each time. */
function neededBy(check: DesiredCheck, checks: readonly DesiredCheck[]): readonly string[] {
  if (check.kind !== PROOF) return check.dependsOn ?? [];
  return checks.filter((other) => other.kind !== PROOF).map(({ name }) => name);
}

function isCritical({ ok, severity }: CheckResult): boolean {
  return !ok && severity === "critical";
}

/** The result of a check that is not asked because of this failure. */
export function notAsked(check: DesiredCheck, broken: CheckResult, now: number): CheckResult {
  const { severity, hint } = commonReasons.not_asked;
  return {
    name: check.name,
    kind: check.kind,
    target: "",
    ok: false,
    reason: "not_asked",
    message:
      broken.reason === "not_asked"
        ? broken.message
        : `not asked because ${broken.name} fails: ${broken.reason}`,
    hint,
    severity,
    phases: [],
    evidence: {},
    checkedAt: now,
  };
}

async function runUntilPassing(
  check: DesiredCheck,
  options: VerifyOptions,
  limit: <T>(work: () => Promise<T>) => Promise<T>,
): Promise<CheckResult> {
  for (;;) {
    options.signal.throwIfAborted();
    const result = await limit(() => options.run(check, options.signal));
    options.signal.throwIfAborted();
    const settled = result.ok || result.severity !== "critical";
    if (settled || options.clock.monotonic() + RETRY_MS > options.deadline) return result;
    await options.clock.sleep(RETRY_MS, options.signal);
  }
}
