/** Rounds of checks on a site that is well: as the agent runs them, so many at once; whatever is not `ok` is a false alarm. */
import { limitCheckRuns } from "../../../src/checks/check-runs.ts";
import type { CheckContext, CheckResult } from "../../../src/checks/check.ts";
import { checkKind, runCheck } from "../../../src/checks/registry.ts";
import type { DesiredCheck } from "../../../src/model/desired-state.ts";
import type { Tally } from "./tally.ts";

export interface FalseAlarm {
  readonly round: number;
  readonly result: CheckResult;
  /** What `convene check NAME --verbose` would have printed, each line with the milliseconds since the round began. */
  readonly transcript: readonly string[];
}

export interface RoundsOptions {
  readonly rounds: number;
  /** Of the round with this number; the first is 1. */
  readonly checksOf: (round: number) => readonly DesiredCheck[];
  readonly context: CheckContext;
  readonly tally: Tally;
  readonly onAlarm: (alarm: FalseAlarm) => void;
  readonly onRound?: (round: number) => void;
}

/** One round after the other, the checks of a round at the same moment up to the agent's limit. */
export async function runRounds(options: RoundsOptions): Promise<void> {
  const { context, tally } = options;
  const run = limitCheckRuns({
    isHeavy: ({ kind }) => checkKind(kind)?.heavy ?? false,
    run: async (check, signal, transcript) => {
      const began = performance.now();
      const told = transcript ?? context.transcript;
      const result = await runCheck(check, { ...context, signal, transcript: told });
      // What it waited for its turn is not the check's time.
      tally.count(result, performance.now() - began);
      return result;
    },
  });
  for (let round = 1; round <= options.rounds; round += 1) {
    const began = performance.now();
    const looks = options.checksOf(round).map(async (check) => {
      const transcript: string[] = [];
      const result = await run(check, context.signal, (line) => {
        transcript.push(`${(performance.now() - began).toFixed(0)} ${line}`);
      });
      if (result.reason !== "ok") options.onAlarm({ round, result, transcript });
    });
    await Promise.all(looks);
    options.onRound?.(round);
  }
}
