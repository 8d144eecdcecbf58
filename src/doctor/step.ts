/** One rung of the ladder: what it needs to know, and what comes of asking. */
import type { CheckContext, CheckResult } from "../checks/check.ts";
import type { CheckRun, Verdict } from "../checks/check-run.ts";
import type { ReasonTable } from "../checks/check-kind.ts";
import { BECAUSE, type Because, type Knowledge, type Learnt } from "./knowledge.ts";
import type { Finding, RungName } from "./report.ts";
import type { DoctorRequest } from "./request.ts";

export interface Step {
  readonly rung: RungName;
  /** Never throws for what a server does. */
  run(known: Knowledge, tools: Tools): Promise<Outcome>;
}

export type Outcome = Asked | Skipped;

export interface Asked {
  readonly asked: true;
  readonly summary: string;
  /** Begins the headline instead of the rung's usual words; the site's name follows. */
  readonly consequence?: string;
  readonly findings: readonly Finding[];
  /** Said beside: parts left out and why, and what is worth knowing but no finding. */
  readonly notes?: readonly string[];
  readonly learnt?: Learnt;
  /** Why rungs above are not asked that need what was not learnt. */
  readonly instead?: Because;
}

export interface Skipped {
  readonly asked: false;
  readonly because: string;
  readonly instead?: Because;
}

/** What a step asks with; every question becomes a check of the rung. */
export interface Tools {
  readonly request: DoctorRequest;
  readonly context: CheckContext;
  /** One of the agent's own kinds. */
  check(kind: string, spec: Readonly<Record<string, unknown>>): Promise<CheckResult>;
  /** A question that is doctor's own, with the deadline, evidence and reasons of a check. */
  ask<Value, Reason extends string>(question: Question<Value, Reason>): Promise<Answer<Value>>;
}

export interface Question<Value, Reason extends string> {
  readonly kind: string;
  readonly target: string;
  readonly reasons: ReasonTable<Reason>;
  /** Milliseconds. */
  readonly timeout: number;
  /** Throws CheckFailure with one of the reasons. */
  work(run: CheckRun): Promise<Value>;
  /** The message of a good answer, or a verdict that tells more. */
  describe(value: Value): string | Verdict<Reason | "ok">;
}

export interface Answer<Value> {
  readonly result: CheckResult;
  /** Undefined when there is none. */
  readonly value: Value | undefined;
}

/** A step that is skipped, with the reason why, until everything it needs has been learnt. */
export function defineStep<Need extends keyof Learnt>(
  rung: RungName,
  needs: readonly Need[],
  run: (known: Knowledge & Required<Pick<Learnt, Need>>, tools: Tools) => Promise<Outcome>,
): Step {
  return {
    rung,
    run: async (known, tools) => {
      if (knows(known, needs)) return await run(known, tools);
      const missing = needs.find((need) => known[need] === undefined);
      return {
        asked: false,
        because: missing === undefined ? "" : (known.instead[missing] ?? BECAUSE[missing]),
      };
    },
  };
}

function knows<Need extends keyof Learnt>(
  known: Knowledge,
  needs: readonly Need[],
): known is Knowledge & Required<Pick<Learnt, Need>> {
  return needs.every((need) => known[need] !== undefined);
}
