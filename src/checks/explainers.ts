/** Checks that explain reasons of several kinds, without what is another matter. */
import type { Explainer } from "./explainer.ts";
import type { TurnReason } from "./turn/turn-reasons.ts";
import { extdiscoReasons } from "./xmpp/extdisco-reasons.ts";
import type { MeetingReason } from "./xmpp/meeting-reasons.ts";

const tooOpen: MeetingReason = "guests_open_rooms";

/** Who is let in too freely, or told wrongly of relays, gets in. */
export const bySignaling: Explainer = { kind: "xmpp", unless: [tooOpen, ...Object.keys(extdiscoReasons)] };

/** Who is let in at all is told of the relays, with a credential for them. */
export const byAnnouncement: Explainer = { kind: "xmpp", unless: [tooOpen] };

/** A relay that lets through too much carries what it should, too. */
export const byRelays: Explainer = {
  kind: "turn",
  unless: ["private_peer_allowed", "no_authentication"] satisfies readonly TurnReason[],
};
