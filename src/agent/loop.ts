/** Runs passes: one at a time, one waiting, again with back-off after a failure. */
import type { Clock } from "../system/clock.ts";
import { describeError } from "../system/errors.ts";
import type { Logger } from "../system/logger.ts";
import { backoffDelay } from "../system/retry.ts";

export interface PassRequest {
  readonly pass: number;
  /** Why it runs, for people: `push`, `lxd instance-shutdown turn`. */
  readonly wakeups: readonly string[];
  /** Whether disruptive actions go without waiting; asked anew, since a push may say so meanwhile. */
  readonly now: () => boolean;
  /** When somebody asked for it, or the next try came due, by the monotonic clock; undefined when only something happened. */
  readonly askedAt: number | undefined;
  /** Aborted when a newer revision has arrived. */
  readonly superseded: AbortSignal;
  /** Calls back at each wake-up since the pass began: another pass waits for its end. Answers how to stop that. */
  readonly onWake: (listener: () => void) => () => void;
}

export interface PassEnd {
  /** Whether trying again with nothing changed can help. */
  readonly retry: boolean;
}

export interface LoopOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  readonly runPass: (request: PassRequest) => Promise<PassEnd>;
}

export interface WakeOptions {
  /** Disruptive actions go without waiting, in the running pass too. */
  readonly now?: boolean;
  /** Meant: it is not held back by what failed before. */
  readonly urgent?: boolean;
}

export interface Loop {
  /** Asks for a pass. Many wake-ups before it starts are one pass. */
  wake(reason: string, options?: WakeOptions): void;
  /** The running pass stops at its next action boundary; `because` is told to people. */
  supersede(because: string): void;
  /** Runs until the signal aborts and the running pass has stopped. */
  run(signal: AbortSignal): Promise<void>;
}

const BACKOFF = { initialMs: 5_000, maximumMs: 300_000 };
/** Events that belong together arrive within this time. */
const GATHER_MS = 20;
/** A wake-up reason is kept once, and not without end. */
const MAXIMUM_REASONS = 20;
/** A pass that fails makes events of its own: from the third failure on they wait before they start another. */
const CALM_AFTER = 3;
const CALM = { initialMs: 1_000, maximumMs: 30_000 };

interface Waiting {
  readonly reasons: Set<string>;
  now: boolean;
  askedAt: number | undefined;
}

export function createLoop(options: LoopOptions): Loop {
  const { clock, logger, random } = options;
  const listeners = new Set<() => void>();
  let waiting: Waiting | undefined;
  let running: { readonly stop: AbortController; now: boolean } | undefined;
  let notify: (() => void) | undefined;
  let hurry: (() => void) | undefined;
  let count = 0;

  const wake = (reason: string, { now = false, urgent = now }: WakeOptions = {}) => {
    waiting ??= { reasons: new Set(), now: false, askedAt: undefined };
    if (waiting.reasons.size < MAXIMUM_REASONS) waiting.reasons.add(reason);
    waiting.now ||= now;
    if (urgent) waiting.askedAt = clock.monotonic();
    if (running) running.now ||= now;
    for (const listener of listeners) listener();
    notify?.();
    if (urgent) hurry?.();
  };

  const nextWake = () =>
    new Promise<void>((resolve) => {
      if (waiting) return resolve();
      notify = resolve;
    });

  const runOne = async (signal: AbortSignal): Promise<PassEnd> => {
    const { reasons, now, askedAt } = waiting ?? { reasons: [], now: false, askedAt: undefined };
    waiting = undefined;
    count += 1;
    const current = { stop: new AbortController(), now };
    running = current;
    try {
      return await options.runPass({
        pass: count,
        wakeups: [...reasons],
        now: () => current.now,
        askedAt,
        superseded: AbortSignal.any([current.stop.signal, signal]),
        onWake: (listener) => {
          listeners.add(listener);
          if (waiting) listener();
          return () => void listeners.delete(listener);
        },
      });
    } catch (error) {
      logger.error("a pass broke", { pass: count, error: describeError(error) });
      return { retry: true };
    } finally {
      running = undefined;
      listeners.clear();
    }
  };

  const scheduleRetry = (failures: number, signal: AbortSignal): AbortController => {
    const cancelled = new AbortController();
    clock
      .sleep(backoffDelay(failures, { ...BACKOFF, random }), AbortSignal.any([cancelled.signal, signal]))
      .then(() => wake("retry", { urgent: true }))
      .catch(() => logger.debug("a retry was not needed"));
    return cancelled;
  };

  const calmDown = async (failures: number, signal: AbortSignal): Promise<void> => {
    if (failures < CALM_AFTER || waiting?.askedAt !== undefined) return;
    const urgent = new AbortController();
    hurry = () => urgent.abort();
    const pause = backoffDelay(failures - CALM_AFTER + 1, { ...CALM, random });
    await clock.sleep(pause, AbortSignal.any([urgent.signal, signal])).catch(() => undefined);
    hurry = undefined;
  };

  return {
    wake,
    supersede: (because) => running?.stop.abort(new Error(because)),
    run: async (signal) => {
      let failures = 0;
      let tries = 0;
      let retry: AbortController | undefined;
      signal.addEventListener("abort", () => notify?.(), { once: true });
      while (!signal.aborted) {
        await nextWake();
        await clock.sleep(GATHER_MS);
        await calmDown(failures, signal);
        if (signal.aborted) return;
        const asked = waiting?.askedAt !== undefined;
        const end = await runOne(signal);
        failures = end.retry ? failures + 1 : 0;
        // What failed is tried again when its time has come, however often something else wakes the loop meanwhile.
        if (end.retry && retry && !asked) continue;
        retry?.abort();
        tries = end.retry ? tries + 1 : 0;
        retry = end.retry ? scheduleRetry(tries, signal) : undefined;
      }
    },
  };
}
