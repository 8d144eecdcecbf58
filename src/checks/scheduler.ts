/** Runs checks on time: each at its interval with some jitter, few at once, none twice at the same moment. */
import type { DesiredCheck } from "../model/desired-state.ts";
import type { CheckResult } from "./check.ts";
import { intervalOf } from "./registry.ts";

export interface SchedulerOptions {
  /** The checks as they are now; asked at every tick, so that a new revision counts at once. */
  readonly checks: () => readonly DesiredCheck[];
  readonly run: (check: DesiredCheck, signal: AbortSignal) => Promise<CheckResult>;
  readonly onResult: (result: CheckResult, check: DesiredCheck) => void;
  /** A defect in `run` or `onResult`; the schedule goes on. */
  readonly onError: (error: unknown, check: DesiredCheck) => void;
  readonly clock: { now(): number };
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Ends the schedule and the checks that run. */
  readonly signal: AbortSignal;
  /** Calls its listener every few seconds until the returned function is called: cron-ticker.ts. */
  readonly ticker: (onTick: () => void) => () => void;
  /** Checks that may run at the same moment. */
  readonly concurrency?: number;
}

interface Slot {
  /** Milliseconds since the epoch. */
  dueAt: number;
  running: boolean;
}

/** New checks are spread over this time, so that a start does not run all of them at once. */
const SPREAD_MS = 15_000;
/** Share of the interval a run may come earlier or later. */
const JITTER = 0.1;
/** What is broken is looked at this soon again, however long its interval: alerts wait for a second look. */
const BROKEN_MS = 60_000;

/** Starts at once; stops when the signal aborts. */
export function startScheduler(options: SchedulerOptions): void {
  const scheduler = new Scheduler(options);
  const stopTicking = options.ticker(() => scheduler.tick());
  if (options.signal.aborted) stopTicking();
  options.signal.addEventListener("abort", stopTicking, { once: true });
}

class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #slots = new Map<string, Slot>();
  readonly #limit: number;
  #running = 0;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#limit = options.concurrency ?? 8;
  }

  /** Starts what is due, longest overdue first; what finds no room stays due. */
  tick(): void {
    if (this.#options.signal.aborted) return;
    const now = this.#options.clock.now();
    const checks = this.#options.checks();
    this.#forgetAllBut(checks);
    const due = checks
      .map((check) => ({ check, slot: this.#slotOf(check, now) }))
      .filter(({ slot }) => !slot.running && slot.dueAt <= now)
      .toSorted((left, right) => left.slot.dueAt - right.slot.dueAt);
    for (const { check, slot } of due) {
      if (this.#running >= this.#limit) return;
      void this.#run(check, slot, now);
    }
  }

  async #run(check: DesiredCheck, slot: Slot, now: number): Promise<void> {
    const interval = Math.max(1_000, intervalOf(check));
    const jitter = 1 + JITTER * (2 * this.#options.random() - 1);
    slot.running = true;
    slot.dueAt = now + interval * jitter;
    this.#running += 1;
    try {
      const result = await this.#options.run(check, this.#options.signal);
      if (!result.ok && result.severity === "critical")
        slot.dueAt = now + Math.min(interval, BROKEN_MS) * jitter;
      if (!this.#options.signal.aborted) this.#options.onResult(result, check);
    } catch (error) {
      this.#options.onError(error, check);
    } finally {
      slot.running = false;
      this.#running -= 1;
      // A place became free: something may have been waiting for it.
      this.tick();
    }
  }

  #slotOf(check: DesiredCheck, now: number): Slot {
    const known = this.#slots.get(check.name);
    if (known !== undefined) return known;
    const spread = Math.min(SPREAD_MS, intervalOf(check));
    const slot = { dueAt: now + this.#options.random() * spread, running: false };
    this.#slots.set(check.name, slot);
    return slot;
  }

  #forgetAllBut(checks: readonly DesiredCheck[]): void {
    const names = new Set(checks.map(({ name }) => name));
    for (const [name, slot] of this.#slots) {
      if (!names.has(name) && !slot.running) this.#slots.delete(name);
    }
  }
}
