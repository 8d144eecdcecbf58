/** The same two people meet on several paths, each time in a room of its own. */
import { startStopwatch } from "../../system/clock.ts";
import { CheckFailure, CheckRun } from "../check-run.ts";
import type { Expectation } from "../media/candidate-targets.ts";
import type { MediaProcess } from "../media/media-process.ts";
import { mediaReasons } from "../media/media-reasons.ts";
import { speakingAs } from "../transcript.ts";
import { turnReasons } from "../turn/turn-reasons.ts";
import type { ConferenceReason } from "./conference-reasons.ts";
import { holdMeeting } from "./meeting.ts";
import type { Identity, Place } from "./participant.ts";
import type { PathName } from "./path-name.ts";
import type { PathOutcome } from "./path-outcome.ts";

export interface MeetingsPlan {
  readonly paths: readonly PathName[];
  /** The first opens the rooms. */
  readonly people: readonly [Identity, Identity];
  /** Its rooms are made here. */
  readonly place: Omit<Place, "room">;
  readonly expected: Expectation;
  /** Of audio, each way. */
  readonly packets: number;
  /** Called with every outcome as it comes, and not with what came of the run's own end. */
  readonly onOutcome?: (outcome: PathOutcome) => void;
}

/** Meetings at the same moment: more would wait for the processor and measure that. */
const AT_ONCE = 2;

/** Waits until every room has been left. The phases of the first path are the run's own; the others are one each. */
export async function meetOnPaths(
  plan: MeetingsPlan,
  media: MediaProcess,
  run: CheckRun,
): Promise<readonly PathOutcome[]> {
  const outcomes = new Map<PathName, PathOutcome>();
  const waiting = [...plan.paths];
  let isHopeless = false;
  const work = async (): Promise<void> => {
    for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
      const outcome = isHopeless ? ({ path, skipped: true } as const) : await meet(path, plan, media, run);
      outcomes.set(path, outcome);
      if (!run.signal.aborted) plan.onOutcome?.(outcome);
      if ("failure" in outcome && !isOfOnePath(outcome.failure.reason)) isHopeless = true;
    }
  };
  const settled = await Promise.allSettled(Array.from({ length: AT_ONCE }, work));
  for (const result of settled) if (result.status === "rejected") throw result.reason;
  return plan.paths.flatMap((path) => outcomes.get(path) ?? []);
}

async function meet(
  path: PathName,
  { paths, people, place, expected, packets }: MeetingsPlan,
  media: MediaProcess,
  run: CheckRun,
): Promise<PathOutcome> {
  const isFirst = path === paths[0];
  const inner = new CheckRun(speakingAs(path, run.context), run.signal);
  const plan = { path, place: inNewRoom(place, run), people, expected, packets };
  const elapsed = startStopwatch(run.context.clock);
  try {
    const figures = await holdMeeting(plan, media, inner);
    return { path, figures, candidates: candidatesOf(inner) };
  } catch (error) {
    if (!(error instanceof CheckFailure)) throw error;
    run.note(error.evidence);
    return { path, failure: error, candidates: candidatesOf(inner) };
  } finally {
    if (isFirst) {
      run.phases.push(...inner.phases);
      run.note(inner.evidence);
    } else run.phases.push({ name: path, milliseconds: elapsed() });
  }
}

function candidatesOf({ evidence }: CheckRun): string | undefined {
  return typeof evidence["candidates"] === "string" ? evidence["candidates"] : undefined;
}

/** Unguessable, so that it can never be the room of a person. */
function inNewRoom(place: Omit<Place, "room">, run: CheckRun): Place {
  const room = `convene-check-${Buffer.from(run.context.randomBytes(12)).toString("hex")}`;
  return { ...place, target: { ...place.target, room }, room };
}

/** Relay and media differ from path to path; what comes before them is the same for all. */
function isOfOnePath(reason: string): boolean {
  const own: readonly ConferenceReason[] = ["turn_not_offered", "relay_unreachable", "relay_lost"];
  return reason in mediaReasons || reason in turnReasons || own.some((one) => one === reason);
}
