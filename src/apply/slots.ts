/** How many actions of a kind run at once. */
import type { ActionKind } from "../plan/action.ts";
import { type Limit, createLimit } from "../system/limit.ts";

/** ACME servers count orders. A container that is being created mostly boots: LXD's door says how many are unpacked. */
const LIMITS: Readonly<Partial<Record<ActionKind, number>>> = {
  "build-image": 2,
  "issue-certificate": 1,
};
const OTHERWISE = 4;

export interface Slots {
  /** Runs the work when there is room for one more of its kind. */
  run<T>(kind: ActionKind, work: () => Promise<T>): Promise<T>;
}

export function createSlots(): Slots {
  const limits = new Map<ActionKind, Limit>();
  return {
    run: async (kind, work) => {
      const limit = limits.get(kind) ?? createLimit(LIMITS[kind] ?? OTHERWISE);
      limits.set(kind, limit);
      return limit(work);
    },
  };
}
