/** Time as a dependency, so that tests decide what time it is. */
import { setTimeout as delay } from "node:timers/promises";

export interface Clock {
  /** Milliseconds since the epoch: what people are told. It jumps when the time is set. */
  now(): number;
  /** Milliseconds since some moment, for what waits, ages or comes before something else: setting the time moves it not. */
  monotonic(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Starts to measure; what it gives tells the whole milliseconds since then, however the time is set meanwhile. */
export function startStopwatch(clock: Pick<Clock, "monotonic">): () => number {
  const started = clock.monotonic();
  return () => Math.round(clock.monotonic() - started);
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    try {
      await delay(ms, undefined, signal ? { signal } : {});
    } catch (error) {
      // Node's own AbortError says nothing about why.
      signal?.throwIfAborted();
      throw error;
    }
  },
};
