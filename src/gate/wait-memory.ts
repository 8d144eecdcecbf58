/** Since when an action has been waiting for calls to end, over all passes that planned it. */
import type { Clock } from "../system/clock.ts";

export interface WaitMemory {
  /** By the monotonic clock; now for an action that has not waited yet. */
  since(action: string): number;
  /** Forgets the actions that are not planned any more: one that comes back waits anew. */
  keep(planned: ReadonlySet<string>): void;
}

export function createWaitMemory(clock: Clock): WaitMemory {
  const waiting = new Map<string, number>();
  return {
    since: (action) => {
      const since = waiting.get(action) ?? clock.monotonic();
      waiting.set(action, since);
      return since;
    },
    keep: (planned) => {
      for (const action of waiting.keys()) if (!planned.has(action)) waiting.delete(action);
    },
  };
}
