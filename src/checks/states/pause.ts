/** How long to wait for the next look. Pure. */
import type { Standing } from "./standing.ts";

/** What is not confirmed yet is looked at again this soon, so that it soon is. */
const RETRY_MS = 12_000;
/** What is down is looked at this often, however long its interval: people wait for it. */
const DOWN_MS = 60_000;

/**
 * Milliseconds; undefined: not by itself. What checks stand on is looked at when one of them fails, and then until it
 * works again; what cannot be asked, when it can be; what something else explains, when that works again.
 */
export function pauseAfter(
  { state, sort, cause }: Pick<Standing, "state" | "sort" | "cause">,
  failing: boolean,
  intervalMs: number,
): number | undefined {
  // These are cheap to look at, and much stands on them.
  if (sort !== "check") return (failing && cause === undefined) || state === "down" ? RETRY_MS : undefined;
  if (state === "pending" && cause !== undefined) return intervalMs;
  if (state === "pending" || (state === "maintenance" && failing)) return RETRY_MS;
  // The first good look of what is down: the next may confirm it.
  if (state === "down") return failing ? Math.min(intervalMs, DOWN_MS) : RETRY_MS;
  return intervalMs;
}
