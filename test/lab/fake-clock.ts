/** Clocks that tests move: one by hand, one by itself. */
import type { Clock } from "../../src/system/clock.ts";

export interface FakeClock extends Clock {
  /** Lets time pass, waking every sleeper in its order, with what they do in between. */
  advance(ms: number): Promise<void>;
  /** Sets the time, as a time server does: nobody has slept longer or shorter for it. */
  set(ms: number): void;
  /** How many sleep just now. */
  sleepers(): number;
}

interface Sleeper {
  readonly at: number;
  readonly resolve: () => void;
}

export function createFakeClock(start = Date.UTC(2026, 10, 22)): FakeClock {
  let now = start;
  /** Between what it says and the time that has passed. */
  let offset = 0;
  const sleeping = new Set<Sleeper>();
  const advance = async (ms: number): Promise<void> => {
    const until = now + ms;
    for (;;) {
      await settle();
      const next = [...sleeping].filter((one) => one.at <= until).toSorted((a, b) => a.at - b.at)[0];
      if (!next) break;
      now = Math.max(now, next.at);
      next.resolve();
    }
    now = until;
    await settle();
  };
  return {
    now: () => now + offset,
    monotonic: () => now,
    set: (ms) => {
      offset = ms - now;
    },
    sleepers: () => sleeping.size,
    advance,
    sleep: (ms, signal) =>
      new Promise<void>((resolve, reject) => {
        if (signal?.aborted) return reject(reasonOf(signal));
        const end = () => {
          sleeping.delete(sleeper);
          signal?.removeEventListener("abort", aborted);
        };
        const aborted = () => {
          end();
          if (signal) reject(reasonOf(signal));
        };
        const sleeper: Sleeper = {
          at: now + ms,
          resolve: () => {
            end();
            resolve();
          },
        };
        sleeping.add(sleeper);
        signal?.addEventListener("abort", aborted, { once: true });
      }),
  };
}

/** Every sleep is over at once, and time has passed: for what waits only for a simulator. */
export function createHastyClock(start = Date.UTC(2026, 10, 22)): Clock {
  let now = start;
  return {
    now: () => now,
    monotonic: () => now,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      now += ms;
      await settle();
    },
  };
}

/** Runs what is ready to run. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error("aborted");
}
