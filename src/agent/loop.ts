/** Runs passes: one at a time, one waiting, again with back-off after a failure. */
import type { Clock } from "../system/clock.ts";
import type { Logger } from "../system/logger.ts";
import { backoffDelay } from "../system/retry.ts";
import type { Verdict } from "./agent-event.ts";

export interface PassRequest {
  readonly pass: number;
  /** Why it runs, for people: `push`, `lxd instance-shutdown turn`. */
  readonly wakeups: readonly string[];
  /** Whether disruptive actions go without waiting; asked anew, since a push may say so meanwhile. */
  readonly now: () => boolean;
  /** Aborted when a newer revision has arrived. */
  readonly superseded: AbortSignal;
}

export interface PassEnd {
  readonly verdict: Verdict;
  /** Whether trying again with nothing changed can help. */
  readonly retry: boolean;
}

export interface LoopOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  readonly runPass: (request: PassRequest) => Promise<PassEnd>;
}

export interface Loop {
  /** Asks for a pass. Many wake-ups before it starts are one pass. */
  wake(reason: string, options?: { readonly now?: boolean }): void;
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

export function createLoop(options: LoopOptions): Loop {
  let waiting: Set<string> | undefined;
  let now = false;
  let notify: (() => void) | undefined;
  let running: AbortController | undefined;
  let count = 0;

  const wake = (reason: string, request?: { readonly now?: boolean }) => {
    waiting ??= new Set();
    if (waiting.size < MAXIMUM_REASONS) waiting.add(reason);
    if (request?.now) now = true;
    notify?.();
    notify = undefined;
  };

  const nextWake = (signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      if (waiting || signal.aborted) return resolve();
      notify = resolve;
      signal.addEventListener("abort", () => resolve(), { once: true });
    });

  const runOne = async (signal: AbortSignal): Promise<PassEnd> => {
    const wakeups = [...(waiting ?? [])];
    waiting = undefined;
    count += 1;
    running = new AbortController();
    const superseded = AbortSignal.any([running.signal, signal]);
    try {
      return await options.runPass({ pass: count, wakeups, now: () => now, superseded });
    } finally {
      running = undefined;
      if (!waiting) now = false;
    }
  };

  const scheduleRetry = (failures: number, signal: AbortSignal): AbortController => {
    const cancelled = new AbortController();
    const delay = backoffDelay(failures, { ...BACKOFF, random: options.random });
    options.clock
      .sleep(delay, AbortSignal.any([cancelled.signal, signal]))
      .then(() => wake("retry"))
      .catch(() => options.logger.debug("a retry was not needed"));
    return cancelled;
  };

  return {
    wake,
    supersede: (because) => running?.abort(new Error(because)),
    run: async (signal) => {
      let failures = 0;
      let retry: AbortController | undefined;
      for (;;) {
        await nextWake(signal);
        if (signal.aborted) return;
        await options.clock.sleep(GATHER_MS);
        retry?.abort();
        const end = await runOne(signal);
        failures = end.retry ? failures + 1 : 0;
        retry = end.retry ? scheduleRetry(failures, signal) : undefined;
      }
    },
  };
}
