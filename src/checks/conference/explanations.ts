/** Which other checks tell why people cannot meet: only those that can be the cause. What is not here the conference tells itself. */
import type { BridgeReason } from "../bridge/bridge-reasons.ts";
import type { CommonReason } from "../common-reasons.ts";
import { connectReasons, tlsReasons } from "../connect/connect-reasons.ts";
import type { Explainer, ExplainerWords } from "../explainer.ts";
import { byAnnouncement, byRelays, bySignaling } from "../explainers.ts";
import { mediaReasons } from "../media/media-reasons.ts";
import { turnReasons } from "../turn/turn-reasons.ts";
import { extdiscoReasons } from "../xmpp/extdisco-reasons.ts";
import { focusReasons } from "../xmpp/focus-reasons.ts";
import type { MeetingReason } from "../xmpp/meeting-reasons.ts";
import { sessionReasons } from "../xmpp/session-reasons.ts";
import type { ConferenceReason } from "./conference-reasons.ts";

type Explained = Readonly<Record<string, readonly ExplainerWords[]>>;

/** One of several is enough; what only its REST interface does not say keeps nobody from meeting. */
const byBridges: Explainer = {
  kind: "bridge",
  unless: ["rest_disabled", "bad_answer"] satisfies readonly BridgeReason[],
  alternativesBy: "candidates",
};

const wayIn = [bySignaling, "tls", "websocket", "web"];
const wayToRelay = [byRelays, byAnnouncement, "tls"];

/** On the way through a relay; the direct way never fails for these. */
const ofRelays: Explained = {
  ...by(turnReasons, wayToRelay),
  ...by(extdiscoReasons, [byAnnouncement]),
  ...({
    turn_not_offered: [byAnnouncement],
    relay_unreachable: wayToRelay,
    relay_lost: wayToRelay,
  } satisfies Partial<Record<ConferenceReason, readonly ExplainerWords[]>>),
  ...({
    relay_peer_denied: [byRelays, byBridges],
    relay_hairpin_failed: [byRelays, byBridges],
    relay_path_failed: [byRelays, byBridges],
  } satisfies Partial<Record<keyof typeof mediaReasons, readonly ExplainerWords[]>>),
};

/** Which checks explain that a conference fails, by its reason. */
export const explainedConference: Explained = {
  ...by(mediaReasons, [byBridges]),
  ...ofRelays,
  ...by(connectReasons, wayIn),
  ...by(tlsReasons, wayIn),
  ...by(sessionReasons, wayIn),
  ...by(focusReasons, [bySignaling]),
  ...({
    secret_missing: [bySignaling],
    guest_not_admitted: [bySignaling],
    room_refused: [bySignaling],
    join_silent: [bySignaling],
    no_bridge: [byBridges],
    not_invited: [byBridges],
    meeting_ended: [byBridges],
    audio_lost: [byBridges],
    audio_one_way: [byBridges],
    audio_broken: [byBridges],
    // Too slow for what a participant does before there is media, or for media itself.
    timeout: [bySignaling, byBridges],
  } satisfies Partial<Record<ConferenceReason | MeetingReason | CommonReason, readonly ExplainerWords[]>>),
};

/** Whether only ways through a relay fail for it. */
export function isOfRelay(reason: string): boolean {
  return Object.hasOwn(ofRelays, reason) && reason !== ("secret_missing" satisfies MeetingReason);
}

function by(reasons: Readonly<Record<string, unknown>>, explainers: readonly ExplainerWords[]): Explained {
  return Object.fromEntries(Object.keys(reasons).map((reason) => [reason, explainers]));
}
