/** How long a look took. */
import type { CheckResult } from "./check.ts";

/** Milliseconds. */
export function durationOf({ milliseconds, phases }: Pick<CheckResult, "milliseconds" | "phases">): number {
  return milliseconds ?? phases.reduce((sum, phase) => sum + phase.milliseconds, 0);
}
