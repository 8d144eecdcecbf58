/** The states a check can be in, and how many looks it takes to believe one. */
import type { DesiredCheck, Quorum } from "../../model/desired-state.ts";

/** `pending`: failing, and not believed yet; `unknown`: nobody can say, because of something else or of a defect. */
export const CHECK_STATES = ["up", "pending", "down", "maintenance", "unknown"] as const;
export type CheckState = (typeof CHECK_STATES)[number];

export interface Confirmation {
  readonly down: Quorum;
  readonly up: Quorum;
}

/** One lost packet is no outage, and one that came through is no recovery. */
const USUAL: Confirmation = { down: { needed: 2, of: 3 }, up: { needed: 2, of: 2 } };

export function confirmationOf(confirm: DesiredCheck["confirm"]): Confirmation {
  return { down: confirm?.down ?? USUAL.down, up: confirm?.up ?? USUAL.up };
}
