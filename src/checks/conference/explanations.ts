/** Which other checks tell why people cannot meet: only those that can be the cause. What is not here the conference tells itself. */
import type { BridgeReason } from "../bridge/bridge-reasons.ts";
import type { CommonReason } from "../common-reasons.ts";
import { connectReasons, tlsReasons } from "../connect/connect-reasons.ts";
import { eachBy, type Explainer, type ExplainerWords } from "../explainer.ts";
import { byAnnouncement, byOpenRelays, byRelays, bySignaling, byTlsPort } from "../explainers.ts";
import { type MediaReason, mediaReasons } from "../media/media-reasons.ts";
import { type TurnReason, turnReasons } from "../turn/turn-reasons.ts";
import { extdiscoReasons } from "../xmpp/extdisco-reasons.ts";
import { focusReasons } from "../xmpp/focus-reasons.ts";
import type { MeetingReason } from "../xmpp/meeting-reasons.ts";
import { sessionReasons } from "../xmpp/session-reasons.ts";
import type { ConferenceReason } from "./conference-reasons.ts";

type Explained = Readonly<Record<string, readonly ExplainerWords[]>>;

/** Of those who come through a relay alone. */
const relayed = [
  "relay_peer_denied",
  "relay_hairpin_failed",
  "relay_path_failed",
] satisfies readonly MediaReason[];

/** One address of the bridge is enough for it: a meeting fails for these where none answers. */
const unanswered = [
  "no_public_candidate",
  "wrong_media_port",
  "media_port_closed",
  "media_no_answer",
] satisfies readonly MediaReason[];

/** One bridge of several is enough; what only its REST interface does not say keeps nobody from meeting. */
function byBridges(unless: readonly string[]): Explainer {
  return {
    kind: "bridge",
    unless: [...(["rest_disabled", "bad_answer"] satisfies readonly BridgeReason[]), ...unless],
    alternativesBy: "candidates",
  };
}

/** For the ways to its addresses. */
const byAddresses = byBridges(relayed);
/** For the direct way to an address that has answered. */
const byConnections = byBridges([...relayed, ...unanswered]);
/** Behind a relay, as the direct way is told before it. */
const byWayBehind = byBridges(unanswered);
/** Before there is media, and once it is connected: no matter of the ways to it. */
const byBridgesThemselves = byBridges([
  ...Object.keys(mediaReasons),
  "connection_dropped" satisfies BridgeReason,
]);

const wayIn = [bySignaling, "tls", "websocket", "web"];
const wayToRelay = [byRelays, byAnnouncement, "tls"];
/** A relay that has been reached, whatever its certificate. */
const behindRelay = [byRelays, byWayBehind, byTlsPort];

/** On the way through a relay; the direct way never fails for these. */
const ofRelays: Explained = {
  ...eachBy(turnReasons, wayToRelay),
  ...eachBy(extdiscoReasons, [byAnnouncement]),
  ...({
    no_authentication: [byOpenRelays],
    turn_not_offered: [byAnnouncement],
    relay_unreachable: wayToRelay,
    relay_lost: wayToRelay,
    relay_peer_denied: behindRelay,
    relay_hairpin_failed: behindRelay,
    relay_path_failed: behindRelay,
  } satisfies Partial<Record<ConferenceReason | TurnReason | MediaReason, readonly ExplainerWords[]>>),
};

/** Which checks explain that a conference fails, by its reason. */
export const explainedConference: Explained = {
  ...eachBy(mediaReasons, [byAddresses]),
  ...ofRelays,
  ...eachBy(connectReasons, wayIn),
  ...eachBy(tlsReasons, wayIn),
  ...eachBy(sessionReasons, wayIn),
  ...eachBy(focusReasons, [bySignaling]),
  ...({
    secret_missing: [bySignaling],
    guest_not_admitted: [bySignaling],
    room_refused: [bySignaling],
    join_silent: [bySignaling],
    no_bridge: [byBridgesThemselves],
    not_invited: [byBridgesThemselves],
    meeting_ended: [byBridgesThemselves],
    ice_failed: [byConnections],
    dtls_failed: [byConnections],
    fingerprint_mismatch: [byConnections],
    audio_lost: [byBridgesThemselves],
    audio_one_way: [byBridgesThemselves],
    audio_broken: [byBridgesThemselves],
    // Too slow for what a participant does before there is media, or for media itself.
    timeout: [bySignaling, byConnections],
  } satisfies Partial<
    Record<ConferenceReason | MeetingReason | MediaReason | CommonReason, readonly ExplainerWords[]>
  >),
};

/** Whether only ways through a relay fail for it. */
export function isOfRelay(reason: string): boolean {
  return Object.hasOwn(ofRelays, reason) && reason !== ("secret_missing" satisfies MeetingReason);
}
