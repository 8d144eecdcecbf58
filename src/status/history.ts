/** What happened on this host, kept on disk for people; never an input to a pass. */
import type { Change } from "../plan/action.ts";

export interface HistoryEntry {
  /** ISO 8601. */
  readonly at: string;
  readonly pass: number;
  readonly revision: string | null;
  /** `push`, `drift`, `schedule`, `lxd instance-shutdown turn`, … */
  readonly wakeups: readonly string[];
  readonly outcome: string;
  readonly reason: string;
  readonly message: string;
  readonly milliseconds: number;
  readonly actions: readonly {
    readonly id: string;
    readonly cause: string;
    readonly reason: string;
    readonly result: "done" | "failed" | "skipped";
    readonly changes: readonly Change[];
    readonly error?: string;
  }[];
}
