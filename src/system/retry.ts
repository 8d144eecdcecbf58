/** Waiting between attempts: exponential back-off with full jitter. */
import type { Clock } from "./clock.ts";

export interface BackoffOptions {
  readonly initialMs: number;
  readonly maximumMs: number;
  /** A number in [0, 1); Math.random outside tests. */
  readonly random: () => number;
}

/** Milliseconds to wait before attempt `attempt` (1 is the first retry): between half and all of the step. */
export function backoffDelay(attempt: number, options: BackoffOptions): number {
  const step = Math.min(options.maximumMs, options.initialMs * 2 ** Math.max(0, attempt - 1));
  return Math.round(step / 2 + (options.random() * step) / 2);
}

export interface PollOptions {
  readonly clock: Clock;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/**
 * Asks `probe` until it answers something other than undefined, or the time is over (then undefined).
 * Rejects only when `probe` rejects or the signal aborts.
 */
export async function pollUntil<T>(
  probe: () => Promise<T | undefined>,
  options: PollOptions,
): Promise<T | undefined> {
  const deadline = options.clock.monotonic() + options.timeoutMs;
  for (;;) {
    options.signal?.throwIfAborted();
    const answer = await probe();
    if (answer !== undefined) return answer;
    if (options.clock.monotonic() + options.intervalMs > deadline) return undefined;
    await options.clock.sleep(options.intervalMs, options.signal);
  }
}
