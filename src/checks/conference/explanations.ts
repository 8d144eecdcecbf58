/** Which other checks tell why people cannot meet: only those that can be the cause. What is not here the conference tells itself. */
import type { BridgeReason } from "../bridge/bridge-reasons.ts";
import type { CommonReason } from "../common-reasons.ts";
import { connectReasons, tlsReasons } from "../connect/connect-reasons.ts";
import type { Explainer, ExplainerWords } from "../explainer.ts";
import { mediaReasons } from "../media/media-reasons.ts";
import { type TurnReason, turnReasons } from "../turn/turn-reasons.ts";
import { extdiscoReasons } from "../xmpp/extdisco-reasons.ts";
import { focusReasons } from "../xmpp/focus-reasons.ts";
import type { MeetingReason } from "../xmpp/meeting-reasons.ts";
import { sessionReasons } from "../xmpp/session-reasons.ts";
import type { ConferenceReason } from "./conference-reasons.ts";

type Explained = Readonly<Record<string, readonly ExplainerWords[]>>;

const tooOpen: MeetingReason = "guests_open_rooms";

/** Who is let in too freely, or told wrongly of relays, gets in. */
const signaling: Explainer = { kind: "xmpp", unless: [tooOpen, ...Object.keys(extdiscoReasons)] };
/** Who is let in at all is told of the relays, with a credential for them. */
const toldOfRelays: Explainer = { kind: "xmpp", unless: [tooOpen] };
/** A relay that lets through too much carries what it should, too. */
const relay: Explainer = {
  kind: "turn",
  unless: ["private_peer_allowed", "no_authentication"] satisfies readonly TurnReason[],
};
/** One of several is enough; what only its REST interface does not say keeps nobody from meeting. */
const bridge: Explainer = {
  kind: "bridge",
  unless: ["rest_disabled", "bad_answer"] satisfies readonly BridgeReason[],
  insteadOfEachOther: "candidates",
};

const wayIn = [signaling, "tls", "websocket", "web"];
const wayToRelay = [relay, toldOfRelays, "tls"];

/** On the way through a relay; the direct way never fails for these. */
const ofRelays: Explained = {
  ...by(turnReasons, wayToRelay),
  ...by(extdiscoReasons, [toldOfRelays]),
  ...({
    turn_not_offered: [toldOfRelays],
    relay_unreachable: wayToRelay,
    relay_lost: wayToRelay,
  } satisfies Partial<Record<ConferenceReason, readonly ExplainerWords[]>>),
  ...({
    relay_peer_denied: [relay, bridge],
    relay_hairpin_failed: [relay, bridge],
    relay_path_failed: [relay, bridge],
  } satisfies Partial<Record<keyof typeof mediaReasons, readonly ExplainerWords[]>>),
};

/** Which checks explain that a conference fails, by its reason. */
export const explainedConference: Explained = {
  ...by(mediaReasons, [bridge]),
  ...ofRelays,
  ...by(connectReasons, wayIn),
  ...by(tlsReasons, wayIn),
  ...by(sessionReasons, wayIn),
  ...by(focusReasons, [signaling]),
  ...({
    secret_missing: [signaling],
    guest_not_admitted: [signaling],
    room_refused: [signaling],
    join_silent: [signaling],
    no_bridge: [bridge],
    not_invited: [bridge],
    meeting_ended: [bridge],
    audio_lost: [bridge],
    audio_one_way: [bridge],
    audio_broken: [bridge],
    // Too slow for what a participant does before there is media, or for media itself.
    timeout: [signaling, bridge],
  } satisfies Partial<Record<ConferenceReason | MeetingReason | CommonReason, readonly ExplainerWords[]>>),
};

/** Whether only ways through a relay fail for it. */
export function isOfRelay(reason: string): boolean {
  return Object.hasOwn(ofRelays, reason) && reason !== ("secret_missing" satisfies MeetingReason);
}

function by(reasons: Readonly<Record<string, unknown>>, explainers: readonly ExplainerWords[]): Explained {
  return Object.fromEntries(Object.keys(reasons).map((reason) => [reason, explainers]));
}
