/** A check with its past: `convene check NAME --history`. */
import type { CheckHistory } from "./check-history.ts";
import type { CheckStatus } from "./check-status.ts";

export interface CheckPast extends CheckStatus, CheckHistory {
  /** While one of these fails it is not asked. */
  readonly needs: readonly string[];
  /** One of these failing explains its failure. */
  readonly leansOn: readonly string[];
}
