/**
 * Looks for false alarms on a site that is well: `rounds.ts [--rounds 1000] [--whole 100]`.
 *
 * `--rounds`: every check but the conference, connections not held; `--whole`: everything as it is shipped. Without
 * either, both.
 */
import { parseArgs } from "node:util";
import { startMeetingLab } from "../lab/meeting-lab.ts";
import type { MeetingLab } from "../lab/meeting-lab.ts";
import { leftBehind, whatIsThere } from "./rounds/left-behind.ts";
import { isConference, roundChecks } from "./rounds/round-checks.ts";
import { type FalseAlarm, runRounds } from "./rounds/run-rounds.ts";
import { createTally } from "./rounds/tally.ts";
import type { DesiredCheck } from "../../src/model/desired-state.ts";

/** Just so long that a connection which is lost at once shows. */
const SHORT_HOLD = "100ms";
const SAY_EVERY_MS = 60_000;

const { values } = parseArgs({ options: { rounds: { type: "string" }, whole: { type: "string" } } });

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function report({ round, result, transcript }: FalseAlarm, lab: MeetingLab): void {
  say(`✗ round ${round}: ${result.name}: ${result.reason}: ${result.message}`);
  say(JSON.stringify(result, undefined, 2));
  say([...transcript.slice(-60), lab.logs()].join("\n"));
}

/** Answers how many false alarms there were, with what was left behind. */
async function campaign(
  title: string,
  rounds: number,
  checksOf: (lab: MeetingLab) => readonly DesiredCheck[],
): Promise<number> {
  await using lab = await startMeetingLab();
  const context = lab.checkContext();
  const checks = checksOf(lab);
  const tally = createTally();
  const before = await whatIsThere(lab);
  const began = performance.now();
  let saidAt = began;
  say(`\n${title}: ${rounds} rounds of ${checks.length} checks`);
  await runRounds({
    rounds,
    checksOf: () => checks,
    context,
    tally,
    onAlarm: (alarm) => report(alarm, lab),
    onRound: (round) => {
      if (performance.now() - saidAt < SAY_EVERY_MS) return;
      saidAt = performance.now();
      say(`· ${round} rounds in ${minutes(saidAt - began)}, ${tally.failures} false alarms`);
    },
  });
  const took = performance.now() - began;
  const left = await leftBehind(lab, before);
  for (const line of left) say(`✗ left behind: ${line}`);
  say(["", ...tally.table(), ""].join("\n"));
  const verdict = `${tally.runs} checks in ${minutes(took)}: ${tally.failures} false alarms`;
  say(`${title}: ${verdict}, ${left.length} things left behind`);
  return tally.failures + left.length;
}

function minutes(milliseconds: number): string {
  return `${(milliseconds / 60_000).toFixed(1)} min`;
}

const both = values.rounds === undefined && values.whole === undefined;
const short = Number(values.rounds ?? (both ? 1_000 : 0));
const whole = Number(values.whole ?? (both ? 100 : 0));
let wrong = 0;
if (short > 0) {
  const withoutConference = (lab: MeetingLab): readonly DesiredCheck[] =>
    roundChecks(lab, SHORT_HOLD).filter((check) => !isConference(check));
  wrong += await campaign("Every rung", short, withoutConference);
}
if (whole > 0) wrong += await campaign("Whole rounds", whole, (lab) => roundChecks(lab));
process.exitCode = wrong === 0 ? 0 : 1;
