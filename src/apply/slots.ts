/** How many actions of a kind run at once; who comes first goes first. */
import type { ActionKind } from "../plan/action.ts";

/** Creating is bound by the disk, starting by the processor, and ACME servers count orders. */
const LIMITS: Readonly<Partial<Record<ActionKind, number>>> = {
  "build-image": 2,
  "create-container": 2,
  "issue-certificate": 1,
};
const OTHERWISE = 4;

export interface Slots {
  /** Runs the work when there is room for one more of its kind. */
  run<T>(kind: ActionKind, work: () => Promise<T>): Promise<T>;
}

export function createSlots(): Slots {
  const taken = new Map<ActionKind, number>();
  const queues = new Map<ActionKind, (() => void)[]>();
  const enter = (kind: ActionKind): Promise<void> | undefined => {
    const count = taken.get(kind) ?? 0;
    if (count < (LIMITS[kind] ?? OTHERWISE)) {
      taken.set(kind, count + 1);
      return undefined;
    }
    return new Promise((resolve) => queues.set(kind, [...(queues.get(kind) ?? []), resolve]));
  };
  const leave = (kind: ActionKind) => {
    const [next, ...rest] = queues.get(kind) ?? [];
    queues.set(kind, rest);
    // The slot goes from hand to hand: nobody gets in between.
    if (next) next();
    else taken.set(kind, (taken.get(kind) ?? 1) - 1);
  };
  return {
    run: async (kind, work) => {
      await enter(kind);
      try {
        return await work();
      } finally {
        leave(kind);
      }
    },
  };
}
