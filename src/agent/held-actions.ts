/** What failed is left alone until it is meant to be tried again: no other wake-up, and no drift repair, waits for it. */
import type { Clock } from "../system/clock.ts";
import { ConveneError } from "../system/errors.ts";

/** A door that was shut has nothing to do with the action: it goes as soon as the door is open. */
const DOORS: ReadonlySet<string> = new Set(["LxdUnreachable", "ConsulUnreachable", "ConsulNotReady"]);

export interface HeldActions {
  /** Throws what the action failed with last time, while it is left alone. */
  check(id: string): void;
  failed(id: string, error: unknown): void;
  /** What failed until then may be tried again: its back-off is over, or somebody asked for it. */
  release(askedAt: number): void;
}

export function createHeldActions(clock: Clock): HeldActions {
  const held = new Map<string, { readonly error: unknown; readonly at: number }>();
  return {
    check: (id) => {
      const found = held.get(id);
      if (found) throw found.error;
    },
    failed: (id, error) => {
      if (!(error instanceof ConveneError && DOORS.has(error.code)))
        held.set(id, { error, at: clock.monotonic() });
    },
    release: (askedAt) => {
      for (const [id, { at }] of held) if (at <= askedAt) held.delete(id);
    },
  };
}
