/** What is remembered of each rung, and what is known of all of them together. */
import type { CheckResult } from "../check.ts";
import type { Belief } from "./believe.ts";
import type { ExplainedBy, LookOutcome } from "./judge-look.ts";
import type { RungGraph } from "./rung-graph.ts";

/** What is remembered of a rung. */
export interface Memory {
  readonly belief: Belief;
  readonly last?: LastLook;
}

export interface LastLook {
  readonly result: CheckResult;
  readonly outcome: LookOutcome;
  /** Since when looks have had this outcome, milliseconds since the epoch. */
  readonly since: number;
}

/** Milliseconds since the epoch at which a change of this container began; undefined while it is left alone. */
export type ChangeOf = (container: string) => number | undefined;

export interface Site {
  readonly graph: RungGraph;
  readonly memoryOf: (name: string) => Memory;
  readonly changeOf: ChangeOf;
  readonly explainedBy: ExplainedBy;
}
