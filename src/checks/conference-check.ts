/** Check kind `conference`: two participants meet in a room of their own and hear each other, directly and through each relay. */
import { defineKind } from "./check-kind.ts";
import { CheckFailure, CheckRun } from "./check-run.ts";
import { type ConferenceReason, conferenceReasons } from "./conference/conference-reasons.ts";
import {
  conferenceSchema,
  type ConferenceSpec,
  pathsOf,
  xmppTargetOf,
} from "./conference/conference-spec.ts";
import { holdMeeting } from "./conference/meeting.ts";
import type { Identity, Place } from "./conference/participant.ts";
import type { PathName } from "./conference/path-name.ts";
import { describeOutcome, judgeOutcomes, type PathOutcome } from "./conference/path-outcome.ts";
import { connectReasons, type ConnectReason, tlsReasons, type TlsReason } from "./connect/connect-reasons.ts";
import { type MediaReason, mediaReasons } from "./media/media-reasons.ts";
import { type MediaProcess, startMedia } from "./media/media-process.ts";
import { type TurnReason, turnReasons } from "./turn/turn-reasons.ts";
import { type ExtdiscoReason, extdiscoReasons } from "./xmpp/extdisco-reasons.ts";
import { type FocusReason, focusReasons } from "./xmpp/focus-reasons.ts";
import { type SessionReason, sessionReasons } from "./xmpp/session-reasons.ts";

type Reason =
  | ConferenceReason
  | ConnectReason
  | TlsReason
  | MediaReason
  | TurnReason
  | ExtdiscoReason
  | FocusReason
  | SessionReason;

/** Meetings at the same moment: more would wait for the processor and measure that. */
const AT_ONCE = 2;

export const conferenceCheck = defineKind<ConferenceSpec, Reason>({
  kind: "conference",
  schema: conferenceSchema,
  reasons: {
    ...turnReasons,
    ...connectReasons,
    ...tlsReasons,
    ...sessionReasons,
    ...extdiscoReasons,
    ...focusReasons,
    ...mediaReasons,
    ...conferenceReasons,
  },
  interval: 300_000,
  heavy: true,
  target: (spec) => `${spec.host} ${pathsOf(spec).join(" ")}`,
  run: async (spec, run) => {
    const people = await peopleOf(spec, run);
    // It takes longer to load than everything up to where it is needed.
    const media = startMedia(run);
    try {
      const outcomes = await meetOnAllPaths(spec, people, media, run);
      for (const outcome of outcomes) run.note({ [outcome.path]: describeOutcome(outcome) });
      return judgeOutcomes(outcomes, [people[0].name, people[1].name], spec.maximumLoss);
    } finally {
      media.close();
    }
  },
});

/** Who has an account opens the room, so that a guest can come. Where guests may open rooms, that they can is what is tested. */
async function peopleOf(spec: ConferenceSpec, run: CheckRun): Promise<readonly [Identity, Identity]> {
  const guest = { kind: "guest" } as const;
  if (spec.account === undefined || spec.access === "open") {
    return [
      { name: "first guest", login: guest },
      { name: "second guest", login: guest },
    ];
  }
  const { account: username, secret } = spec;
  try {
    const login = { kind: "user", username, password: await run.context.secret(secret) } as const;
    return [
      { name: "member", login },
      { name: "guest", login: guest },
    ];
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new CheckFailure<TurnReason>("secret_missing", `the secret ${secret} cannot be read: ${words}`, {
      cause,
    });
  }
}

/** Each in a room of its own, a few at the same moment; waits until every one has been left. */
async function meetOnAllPaths(
  spec: ConferenceSpec,
  people: readonly [Identity, Identity],
  media: MediaProcess,
  run: CheckRun,
): Promise<readonly PathOutcome[]> {
  const paths = pathsOf(spec);
  const outcomes = new Map<PathName, PathOutcome>();
  const waiting = [...paths];
  let isHopeless = false;
  const work = async (): Promise<void> => {
    for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
      const outcome = isHopeless
        ? ({ path, skipped: true } as const)
        : await meet(path, spec, people, media, run);
      outcomes.set(path, outcome);
      if ("failure" in outcome && !isOfOnePath(outcome.failure.reason)) isHopeless = true;
    }
  };
  const settled = await Promise.allSettled(Array.from({ length: AT_ONCE }, work));
  for (const result of settled) if (result.status === "rejected") throw result.reason;
  return paths.flatMap((path) => outcomes.get(path) ?? []);
}

async function meet(
  path: PathName,
  spec: ConferenceSpec,
  people: readonly [Identity, Identity],
  media: MediaProcess,
  run: CheckRun,
): Promise<PathOutcome> {
  // The first path's phases are the check's own; of the others one each is enough.
  const isFirst = path === pathsOf(spec)[0];
  const inner = new CheckRun(run.context, run.signal);
  const { publicAddresses, via } = spec;
  const plan = {
    path,
    place: placeOf(spec, run),
    people,
    expected: { publicAddresses, mediaPort: undefined, via },
    packets: spec.packets,
  };
  const started = run.context.clock.now();
  try {
    return { path, figures: await holdMeeting(plan, media, inner) };
  } catch (error) {
    if (!(error instanceof CheckFailure)) throw error;
    run.note(error.evidence);
    return { path, failure: error };
  } finally {
    if (isFirst) {
      run.phases.push(...inner.phases);
      run.note(inner.evidence);
    } else run.phases.push({ name: path, milliseconds: run.context.clock.now() - started });
  }
}

/** Unguessable, so that it can never be the room of a person. */
function placeOf(spec: ConferenceSpec, run: CheckRun): Place {
  const room = `convene-check-${Buffer.from(run.context.randomBytes(12)).toString("hex")}`;
  return { target: xmppTargetOf(spec, room), room, allowSelfSigned: spec.allowSelfSigned };
}

/** Relay and media differ from path to path; what comes before them is the same for all. */
function isOfOnePath(reason: string): boolean {
  const own: readonly ConferenceReason[] = ["turn_not_offered", "relay_unreachable", "relay_lost"];
  return reason in mediaReasons || reason in turnReasons || own.some((one) => one === reason);
}
