/** How each check stands, as the status, the alerts and the metrics read it. */
import type { CheckResult } from "../checks/check.ts";
import { commonReasons } from "../checks/common-reasons.ts";
import type { CheckState } from "../checks/states/check-state.ts";
import type { Standing } from "../checks/states/standing.ts";

/** A check's last look and its state; a container, unit or host that checks stand on has one too, once looked at. */
export interface CheckStatus extends CheckResult {
  readonly state: CheckState;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Why it is in maintenance or unknown. */
  readonly because?: string;
  /** What fails instead of it, or explains its warning: `bridge-1`, `container/turn`. */
  readonly cause?: string;
  /** Checks that cannot hold because of this one. */
  readonly takesDown: readonly string[];
}

export function checkStatuses(standings: readonly Standing[]): readonly CheckStatus[] {
  const takenDown = new Map<string, string[]>();
  for (const { name, sort, state, cause } of standings) {
    if (cause === undefined || sort !== "check" || state === "up") continue;
    takenDown.set(cause, [...(takenDown.get(cause) ?? []), name]);
  }
  return standings
    .filter((one) => one.sort === "check" || one.result !== undefined)
    .map((one) => statusOf(one, takenDown.get(one.name) ?? []))
    .toSorted((left, right) => left.name.localeCompare(right.name));
}

function statusOf(standing: Standing, takesDown: readonly string[]): CheckStatus {
  const { state, since, because, cause, result } = standing;
  return {
    ...(result ?? neverAsked(standing)),
    state,
    since,
    ...(because === undefined ? {} : { because }),
    ...(cause === undefined ? {} : { cause }),
    takesDown,
  };
}

function neverAsked({ name, kind, because }: Standing): CheckResult {
  const { severity, hint } = commonReasons.not_asked;
  const message = because === undefined ? "not asked yet" : `not asked: ${because}`;
  const empty = { target: "", phases: [], evidence: {}, checkedAt: 0 };
  return { name, kind, ok: false, reason: "not_asked", message, hint, severity, ...empty };
}
