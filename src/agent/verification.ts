/** Proves a revision by the checks that its changes can have touched, with one deadline however many passes work on it. */
import type { CheckResult } from "../checks/check.ts";
import type { Look } from "../checks/states/watch.ts";
import { createTranscript } from "../checks/transcript.ts";
import type { DesiredCheck, DesiredState } from "../model/desired-state.ts";
import type { Clock } from "../system/clock.ts";
import { untilAborted } from "../system/until-aborted.ts";
import { verify } from "../verify/verify.ts";
import type { CheckRunner } from "../checks/check-runs.ts";
import type { PassRequest } from "./loop.ts";

export interface Verification {
  /** Results of the checks that had to run, none when all that is known counts; undefined when it was cut short. */
  run(
    desired: DesiredState,
    pass: PassRequest,
    giveWay: AbortSignal,
  ): Promise<readonly CheckResult[] | undefined>;
  /** There is a verdict: what is verified next has a deadline of its own. */
  settled(): void;
}

export interface VerificationOptions {
  readonly clock: Clock;
  readonly runCheck: CheckRunner;
  /** Those that must run for the revision to be proven. */
  readonly select: (desired: DesiredState) => readonly DesiredCheck[];
  /** Each check's final result, with what was said for it; settles when it is known what explains it. */
  readonly onLook: (look: Look, pass: number) => Promise<void>;
  /** Stops checks at once when the agent stops. */
  readonly signal: AbortSignal;
}

const PATIENCE_MS = 90_000;
const CONCURRENCY = 4;

export function createVerification(options: VerificationOptions): Verification {
  const { clock, runCheck, onLook, signal } = options;
  let open: { readonly revision: string; readonly deadline: number } | undefined;
  return {
    settled: () => {
      open = undefined;
    },
    run: async (desired, pass, giveWay) => {
      const { revision } = desired;
      if (open?.revision !== revision) open = { revision, deadline: clock.monotonic() + PATIENCE_MS };
      const { deadline } = open;
      // A container that stops again and again must not keep the verdict away for ever.
      const overdue = clock.monotonic() >= deadline;
      // Of the last run of each; there is none of what was not asked.
      const said = new Map<string, Omit<Look, "result">>();
      const stop = AbortSignal.any(overdue ? [pass.superseded, signal] : [pass.superseded, giveWay, signal]);
      const explained: Promise<void>[] = [];
      try {
        const results = await verify(options.select(desired), {
          clock,
          deadline,
          run: async (check, until) => {
            const begunAt = clock.monotonic();
            const transcript = createTranscript();
            const result = await runCheck(check, until, transcript.say);
            said.set(check.name, { transcript: transcript.lines(), begunAt });
            return result;
          },
          concurrency: CONCURRENCY,
          signal: stop,
          onResult: (result) => {
            const look = said.get(result.name) ?? { transcript: [], begunAt: clock.monotonic() };
            explained.push(onLook({ result, ...look }, pass.pass));
          },
        });
        await untilAborted(Promise.all(explained), stop);
        return results;
      } catch (error) {
        if (stop.aborted) return undefined;
        throw error;
      }
    },
  };
}
