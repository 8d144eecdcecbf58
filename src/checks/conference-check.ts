/** Check kind `conference`: two participants meet in a room of their own and hear each other, directly and through each relay. */
import { defineKind } from "./check-kind.ts";
import { CheckFailure, type CheckRun } from "./check-run.ts";
import { type ConferenceReason, conferenceReasons } from "./conference/conference-reasons.ts";
import {
  conferenceSchema,
  type ConferenceSpec,
  pathsOf,
  xmppTargetOf,
} from "./conference/conference-spec.ts";
import { explainedConference } from "./conference/explanations.ts";
import { type MeetingsPlan, meetOnPaths } from "./conference/meet-on-paths.ts";
import type { Identity } from "./conference/participant.ts";
import { describeOutcome, judgeOutcomes } from "./conference/path-outcome.ts";
import { connectReasons, type ConnectReason, tlsReasons, type TlsReason } from "./connect/connect-reasons.ts";
import { type MediaReason, mediaReasons } from "./media/media-reasons.ts";
import { startMedia } from "./media/media-process.ts";
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
  explainedBy: explainedConference,
  target: (spec) => `${spec.host} ${pathsOf(spec).join(" ")}`,
  run: async (spec, run) => {
    const people = await peopleOf(spec, run);
    // It takes longer to load than everything up to where it is needed.
    const media = startMedia(run);
    try {
      const outcomes = await meetOnPaths(planOf(spec, people), media, run);
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

function planOf(spec: ConferenceSpec, people: MeetingsPlan["people"]): MeetingsPlan {
  const { publicAddresses, via, packets, allowSelfSigned } = spec;
  const target = xmppTargetOf(spec);
  const place = {
    target,
    muc: `conference.${target.domain}`,
    focus: `focus.${target.domain}`,
    allowSelfSigned,
  };
  const expected = { publicAddresses, mediaPort: undefined, via };
  return { paths: pathsOf(spec), people, place, expected, packets };
}
