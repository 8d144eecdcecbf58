/**
 * Lets a pass that only waits, for calls to end or for checks to come round, end early when a wake-up has brought work
 * that can be done now. The next pass does it and goes on with the waiting.
 */
import type { PassRequest } from "./loop.ts";

export interface GiveWay {
  /** Aborted when there is such work. */
  readonly signal: AbortSignal;
  /** What may be cut short. */
  waiting<T>(work: () => Promise<T>): Promise<T>;
  /** What may not: while it lasts nobody looks. */
  working<T>(work: () => Promise<T>): Promise<T>;
  /** The pass is over. */
  end(): void;
}

export interface GiveWayOptions {
  readonly pass: Pick<PassRequest, "onWake">;
  /** Looks at the host: is there work that this pass is not waiting with already? */
  readonly hasWork: () => Promise<boolean>;
}

const BECAUSE = "something came up that does not have to wait";

export function createGiveWay({ pass, hasWork }: GiveWayOptions): GiveWay {
  const found = new AbortController();
  let works = 0;
  let waits = 0;
  let woken = false;
  let looking = false;
  let begun = 0;
  const isIdle = () => waits > 0 && works === 0;
  /** Our own changes wake us too, so a wake-up alone says nothing: only a look does. */
  const look = async (): Promise<void> => {
    if (!woken || looking || !isIdle()) return;
    woken = false;
    looking = true;
    const before = begun;
    const work = await hasWork().catch(() => false);
    looking = false;
    // What was seen while something was being done is no news.
    if (begun !== before) woken = true;
    else if (work && isIdle()) found.abort(new Error(BECAUSE));
    await look();
  };
  const stop = pass.onWake(() => {
    woken = true;
    void look();
  });
  return {
    signal: found.signal,
    end: stop,
    waiting: async (work) => {
      waits += 1;
      void look();
      try {
        return await work();
      } finally {
        waits -= 1;
      }
    },
    working: async (work) => {
      works += 1;
      begun += 1;
      try {
        return await work();
      } finally {
        works -= 1;
        void look();
      }
    },
  };
}
