/** Keeps what looks found: in memory at once, on disk soon after trouble and now and then otherwise. */
import type { Memory } from "../checks/states/memory.ts";
import type { Found } from "../checks/states/watch.ts";
import type { Clock } from "../system/clock.ts";
import { describeError } from "../system/errors.ts";
import type { Logger } from "../system/logger.ts";
import { bounded, type CheckHistory, NO_HISTORY, withLook } from "./check-history.ts";
import { type CheckMemory, readCheckMemory, writeCheckMemory } from "./check-memory-file.ts";

export interface CheckMemoryStore {
  /** What an earlier process has written. */
  readonly remembered: ReadonlyMap<string, Memory>;
  /** `urgent`: on disk within a second; otherwise within some minutes. */
  add(found: Found, urgent: boolean): void;
  /** Forgets the others. */
  keep(names: ReadonlySet<string>): void;
  historyOf(name: string): CheckHistory;
  /** Where the states are now, which are written with the history. */
  readonly source: (memories: () => ReadonlyMap<string, Memory>) => void;
  /** Writes what is not on disk yet. */
  flush(): Promise<void>;
}

export interface CheckMemoryOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Ends the waiting; what is left is written by `flush`. */
  readonly signal: AbortSignal;
}

const URGENT_MS = 1_000;
/** Good looks that a crash takes with it are no loss, and a write for each would be. */
const CALM_MS = 300_000;

export async function openCheckMemory(options: CheckMemoryOptions): Promise<CheckMemoryStore> {
  const { path, clock, logger, signal } = options;
  const { memories: remembered, histories: read } = await readCheckMemory(path, logger);
  let histories: Map<string, CheckHistory> = new Map(read);
  let memories: () => CheckMemory["memories"] = () => remembered;
  let waiting: { readonly until: number; readonly cancel: AbortController } | undefined;
  let unwritten = false;
  let written: Promise<void> = Promise.resolve();

  const write = (): Promise<void> => {
    unwritten = false;
    written = written
      .then(() => writeCheckMemory(path, { memories: memories(), histories }))
      .catch((error: unknown) =>
        logger.warn("what is remembered of the checks is not on disk", { error: describeError(error) }),
      );
    return written;
  };

  const writeWithin = (milliseconds: number): void => {
    unwritten = true;
    const until = clock.monotonic() + milliseconds;
    if (waiting && waiting.until <= until) return;
    waiting?.cancel.abort();
    waiting = { until, cancel: new AbortController() };
    void writeAfter(milliseconds, waiting);
  };

  const writeAfter = async (milliseconds: number, mine: NonNullable<typeof waiting>): Promise<void> => {
    const either = AbortSignal.any([mine.cancel.signal, signal]);
    const slept = await clock.sleep(milliseconds, either).then(
      () => true,
      () => false,
    );
    if (waiting === mine) waiting = undefined;
    if (slept) await write();
  };

  return {
    remembered,
    source: (next) => {
      memories = next;
    },
    add: (look, urgent) => {
      const { name } = look.result;
      histories.set(name, withLook(histories.get(name) ?? NO_HISTORY, look));
      writeWithin(urgent ? URGENT_MS : CALM_MS);
    },
    keep: (names) => {
      const kept = [...histories].filter(([name]) => names.has(name));
      histories = new Map(bounded(new Map(kept)));
    },
    historyOf: (name) => histories.get(name) ?? NO_HISTORY,
    flush: async () => {
      waiting?.cancel.abort();
      await (unwritten ? write() : written);
    },
  };
}
