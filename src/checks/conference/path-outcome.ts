/** What became of each path, as one line of evidence, and all of them as a verdict. Pure. */
import { CheckFailure, type Verdict } from "../check-run.ts";
import type { Flow } from "../media/media-messages.ts";
import type { ConferenceReason } from "./conference-reasons.ts";
import { isOfRelay } from "./explanations.ts";
import type { MeetingFigures } from "./meeting.ts";
import { type PathName, pathInWords } from "./path-name.ts";

export type PathOutcome =
  | (Met & { readonly figures: MeetingFigures })
  | (Met & { readonly failure: CheckFailure })
  /** An earlier one failed in a way that this one would, too. */
  | { readonly path: PathName; readonly skipped: true };

interface Met {
  readonly path: PathName;
  /** Of the bridge they were sent to, described; undefined when they were sent to none. */
  readonly candidates?: string | undefined;
}

interface Fault {
  readonly reason: string;
  readonly message: string;
}

/** Percent of one direction: above it speech falls to pieces, however well an audio codec conceals gaps. */
const FOLLOWED_LOSS = 30;

/** Of the two participants; the first one's audio goes left to right. */
type Names = readonly [string, string];

/**
 * Throws what counts most: the first thing that keeps people from meeting, on the direct way before any that only a
 * relay's has, else the first that is to be told; with the candidates of the bridge that was met, as evidence.
 */
export function judgeOutcomes(
  outcomes: readonly PathOutcome[],
  names: Names,
  maximumLoss: number,
): Verdict<"ok"> {
  const faults = outcomes.flatMap((outcome) =>
    faultsOf(outcome, names, maximumLoss).map((one) => ({ ...one, outcome, path: outcome.path })),
  );
  const serious = faults.filter(({ reason }) => !isOnlyTold(reason));
  const [worst] = [...serious.filter(({ reason }) => !isOfRelay(reason)), ...serious, ...faults];
  if (worst === undefined) return well(outcomes);
  const alike = faults.filter(({ reason }) => reason === worst.reason).map(({ path }) => pathInWords(path));
  const tried = outcomes.filter((outcome) => !("skipped" in outcome));
  const isEverywhere = tried.length > 1 && alike.length === tried.length;
  const candidates = "skipped" in worst.outcome ? undefined : worst.outcome.candidates;
  throw new CheckFailure(
    worst.reason,
    `${isEverywhere ? "on every path" : alike.join(", ")}: ${worst.message}`,
    { evidence: candidates === undefined ? {} : { candidates } },
  );
}

function isOnlyTold(reason: string): boolean {
  const told: readonly ConferenceReason[] = ["high_loss", "bridge_channel_not_proxied"];
  return told.some((one) => one === reason);
}

function well(outcomes: readonly PathOutcome[]): Verdict<"ok"> {
  const figures = outcomes.flatMap((outcome) => ("figures" in outcome ? [outcome.figures] : []));
  const seconds = round((figures[0]?.setUpMs ?? 0) / 1_000);
  const loss = round(Math.max(0, ...figures.map(worstLoss)));
  const paths = outcomes.map(({ path }) => pathInWords(path)).join(", ");
  return {
    reason: "ok",
    message: `two met and heard each other: ${paths}`,
    summary: `${seconds} s, ${loss} % loss`,
  };
}

function faultsOf(outcome: PathOutcome, names: Names, maximumLoss: number): readonly Fault[] {
  if ("skipped" in outcome) return [];
  // Of an Error, spread would leave the message behind.
  if ("failure" in outcome) return [{ reason: outcome.failure.reason, message: outcome.failure.message }];
  const { figures } = outcome;
  const audio = audioFault(figures, names, maximumLoss);
  const channel: readonly Fault[] =
    figures.channelFault === undefined
      ? []
      : [fault("bridge_channel_not_proxied", `the bridge's WebSocket: ${figures.channelFault}`)];
  return audio === undefined ? channel : [audio, ...channel];
}

function audioFault(figures: MeetingFigures, [left, right]: Names, maximumLoss: number): Fault | undefined {
  const { leftToRight, rightToLeft } = figures.exchange;
  if (leftToRight.received === 0 && rightToLeft.received === 0) {
    return fault("audio_lost", "no audio arrives in either direction");
  }
  if (leftToRight.received === 0) return oneWay(left, right);
  if (rightToLeft.received === 0) return oneWay(right, left);
  const loss = worstLoss(figures);
  if (loss <= maximumLoss) return undefined;
  const words = `${round(loss)} % of the audio is lost`;
  return loss <= FOLLOWED_LOSS
    ? fault("high_loss", words)
    : fault("audio_broken", `${words}: nobody can follow what is said`);
}

function oneWay(unheard: string, heard: string): Fault {
  return fault("audio_one_way", `the ${heard} hears nothing of the ${unheard}, and the reverse works`);
}

function fault(reason: ConferenceReason, message: string): Fault {
  return { reason, message };
}

/** `set up in 612 ms, loss 0 %, round trip 1.4 ms, jitter 0.3 ms`. */
export function describeOutcome(outcome: PathOutcome): string {
  if ("skipped" in outcome) return "not tried";
  if ("failure" in outcome) return `${outcome.failure.reason}: ${outcome.failure.message}`;
  const { setUpMs, exchange } = outcome.figures;
  const { leftToRight, rightToLeft } = exchange;
  const words = [`set up in ${Math.round(setUpMs)} ms`, `loss ${round(worstLoss(outcome.figures))} %`];
  const trip = roundTripOf(outcome.figures);
  if (trip !== undefined) words.push(`round trip ${round(trip)} ms`);
  const jitter = Math.max(leftToRight.jitter ?? 0, rightToLeft.jitter ?? 0);
  return [...words, `jitter ${round(jitter)} ms`].join(", ");
}

/** Percent, of the direction that loses more. */
function worstLoss({ exchange }: MeetingFigures): number {
  return Math.max(lossPercent(exchange.leftToRight), lossPercent(exchange.rightToLeft));
}

/** Of the packets that were judged. */
function lossPercent({ sent, received }: Flow): number {
  return sent === 0 ? 0 : (100 * (sent - received)) / sent;
}

/** Milliseconds: the medians of both directions together. */
export function roundTripOf({ exchange }: MeetingFigures): number | undefined {
  const { leftToRight, rightToLeft } = exchange;
  return leftToRight.delay === undefined || rightToLeft.delay === undefined
    ? undefined
    : leftToRight.delay.median + rightToLeft.delay.median;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
