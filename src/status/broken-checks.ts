/** What keeps people from meeting, as far as it is believed. Pure. */
import { isGround } from "../checks/states/site-rungs.ts";
import type { CheckStatus } from "./check-status.ts";

/**
 * Those that are believed to be down and are so by their last look, too: what others stand on first, then what takes most
 * down. A warning keeps nobody from meeting, and what is being changed is excused.
 */
export function brokenChecks(checks: readonly CheckStatus[]): readonly CheckStatus[] {
  return checks
    .filter(({ state, severity }) => state === "down" && severity === "critical")
    .toSorted(
      (left, right) =>
        Number(isGround(right.name)) - Number(isGround(left.name)) ||
        right.takesDown.length - left.takesDown.length ||
        left.name.localeCompare(right.name),
    );
}
