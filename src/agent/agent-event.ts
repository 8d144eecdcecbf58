/** What happens during a pass, as data: followed by pushes, `convene events`, the log and the watchdog. */
import type { CheckResult } from "../checks/check.ts";
import type { ErrorReport } from "../system/errors.ts";
import type { Plan } from "../plan/action.ts";

export type AgentEvent = { readonly at: number; readonly pass: number } & (
  | { readonly type: "pass-started"; readonly wakeups: readonly string[]; readonly revision?: string }
  | { readonly type: "planned"; readonly revision: string; readonly plan: Plan }
  /** A disruptive action waits; repeated at least every 10 s while it does. */
  | { readonly type: "waiting"; readonly subject: string; readonly message: string }
  | { readonly type: "action-started"; readonly id: string; readonly subject: string }
  | { readonly type: "action-progress"; readonly id: string; readonly message: string }
  | {
      readonly type: "action-finished";
      readonly id: string;
      readonly subject: string;
      readonly milliseconds: number;
    }
  | {
      readonly type: "action-failed";
      readonly id: string;
      readonly subject: string;
      readonly error: ErrorReport;
    }
  | {
      readonly type: "action-skipped";
      readonly id: string;
      readonly subject: string;
      readonly because: string;
    }
  | { readonly type: "check"; readonly result: CheckResult }
  /** A pass that changed nothing and found nothing ends with this too. */
  | { readonly type: "verdict"; readonly verdict: Verdict }
);

export interface Verdict {
  readonly outcome: "ready" | "failed" | "stalled" | "superseded" | "suspended";
  readonly revision?: string;
  /** CamelCase reason of the Ready condition: `ReconciliationSucceeded`, `InvalidManifest`. */
  readonly reason: string;
  /** One sentence for each cause, the main one first, each on a line of its own. */
  readonly message: string;
  /** What to do about the first of them. */
  readonly hint?: string;
  readonly actions: number;
  readonly milliseconds: number;
}
