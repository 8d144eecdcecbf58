/** What failed is left alone until it is meant to be tried again: no other wake-up, and no drift repair, waits for it. */
import { ConveneError } from "../system/errors.ts";

/** A door that was shut has nothing to do with the action: it goes as soon as the door is open. */
const DOORS: ReadonlySet<string> = new Set(["LxdUnreachable", "ConsulUnreachable", "ConsulNotReady"]);

export interface HeldActions {
  /** Throws what the action failed with last time, while it is left alone. */
  check(id: string): void;
  failed(id: string, error: unknown): void;
  /** Everything may be tried again: its back-off is over, or somebody asked for it. */
  release(): void;
}

export function createHeldActions(): HeldActions {
  const held = new Map<string, unknown>();
  return {
    check: (id) => {
      if (held.has(id)) throw held.get(id);
    },
    failed: (id, error) => {
      if (!(error instanceof ConveneError && DOORS.has(error.code))) held.set(id, error);
    },
    release: () => held.clear(),
  };
}
