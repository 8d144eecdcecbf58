/** Looks on time: at its interval with some jitter, soon after something happened, never one twice at the same moment. */
import type { Clock } from "../system/clock.ts";

export interface SchedulerOptions {
  /** What there is to look at; asked again at `refresh`. */
  readonly names: () => readonly string[];
  /** One look; a rejection is a defect. */
  readonly look: (name: string) => Promise<void>;
  /** Milliseconds from now to the next look; undefined: not before somebody asks for it. */
  readonly pause: (name: string) => number | undefined;
  /** Milliseconds over which first looks are spread; undefined as above. */
  readonly spread: (name: string) => number | undefined;
  /** The schedule goes on. */
  readonly onError: (error: unknown, name: string) => void;
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Ends the schedule; looks that are under way end by themselves. */
  readonly signal: AbortSignal;
}

export interface Scheduler {
  /** These are looked at now; one that is being looked at, once more afterwards. */
  soon(names: readonly string[]): void;
  /** Somebody else has just looked at it. */
  looked(name: string): void;
  /** There may be other names now. */
  refresh(): void;
  run(): Promise<void>;
}

interface Slot {
  /** By the monotonic clock: setting the time makes nothing late. */
  dueAt: number;
  running: boolean;
  again: boolean;
}

/** Share of a pause that may be left out or added, so that looks do not gather at one moment. */
const JITTER = 0.1;
const LONGEST_SLEEP_MS = 3_600_000;

export function createScheduler(options: SchedulerOptions): Scheduler {
  const { clock, random, signal } = options;
  const slots = new Map<string, Slot>();
  let sleeping: { readonly until: number; readonly wake: AbortController } | undefined;

  const dueIn = (milliseconds: number | undefined): number =>
    milliseconds === undefined ? Number.POSITIVE_INFINITY : clock.monotonic() + milliseconds;

  const schedule = (slot: Slot, dueAt: number): void => {
    slot.dueAt = dueAt;
    if (sleeping && dueAt < sleeping.until) sleeping.wake.abort();
  };

  const pauseAfterLook = (name: string, slot: Slot): void => {
    const pause = options.pause(name);
    const jitter = 1 + JITTER * (2 * random() - 1);
    schedule(slot, dueIn(pause === undefined ? undefined : pause * jitter));
  };

  const look = async (name: string, slot: Slot): Promise<void> => {
    slot.running = true;
    slot.again = false;
    try {
      await options.look(name);
    } catch (error) {
      options.onError(error, name);
    } finally {
      slot.running = false;
    }
    if (slot.again) schedule(slot, clock.monotonic());
    else pauseAfterLook(name, slot);
  };

  const refresh = (): void => {
    const names = new Set(options.names());
    for (const [name, { running }] of slots) if (!names.has(name) && !running) slots.delete(name);
    for (const name of names) {
      if (slots.has(name)) continue;
      const spread = options.spread(name);
      const slot = { dueAt: Number.POSITIVE_INFINITY, running: false, again: false };
      slots.set(name, slot);
      schedule(slot, dueIn(spread === undefined ? undefined : spread * random()));
    }
  };

  /** Starts what is due, longest overdue first; answers when the next is. */
  const startDue = (): number => {
    const now = clock.monotonic();
    const idle = [...slots].filter(([, slot]) => !slot.running);
    const due = idle.filter(([, slot]) => slot.dueAt <= now);
    for (const [name, slot] of due.toSorted(([, left], [, right]) => left.dueAt - right.dueAt))
      void look(name, slot);
    return idle.reduce(
      (next, [, { dueAt }]) => (dueAt > now ? Math.min(next, dueAt) : next),
      now + LONGEST_SLEEP_MS,
    );
  };

  const sleepUntil = async (until: number): Promise<void> => {
    const wake = new AbortController();
    sleeping = { until, wake };
    const either = AbortSignal.any([wake.signal, signal]);
    try {
      await clock.sleep(Math.max(0, until - clock.monotonic()), either);
    } catch (error) {
      if (!either.aborted) throw error;
    } finally {
      sleeping = undefined;
    }
  };

  return {
    refresh,
    soon: (names) => {
      for (const name of names) {
        const slot = slots.get(name);
        if (slot?.running) slot.again = true;
        else if (slot) schedule(slot, clock.monotonic());
      }
    },
    looked: (name) => {
      const slot = slots.get(name);
      if (slot && !slot.running) pauseAfterLook(name, slot);
    },
    run: async () => {
      refresh();
      while (!signal.aborted) await sleepUntil(startDue());
    },
  };
}
