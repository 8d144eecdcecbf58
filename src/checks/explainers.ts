/** Checks that explain reasons of several kinds, without what is another matter. */
import { certificateReasons } from "./certificates/certificate-reasons.ts";
import type { TlsReason } from "./connect/connect-reasons.ts";
import type { Explainer } from "./explainer.ts";
import type { TurnReason } from "./turn/turn-reasons.ts";
import { extdiscoReasons } from "./xmpp/extdisco-reasons.ts";
import type { MeetingReason } from "./xmpp/meeting-reasons.ts";

const tooOpen: MeetingReason = "guests_open_rooms";

/** Without a lobby or breakout rooms people meet. */
const beside = ["side_component_missing", "side_component_silent"] satisfies readonly MeetingReason[];

/** Jicofo and bridges take Prosody's certificate unseen; a participant who does not is kept out by the `tls` check's. */
const unseen = [
  "tls_expired",
  "tls_not_yet_valid",
  "tls_self_signed",
  "tls_untrusted",
  "tls_name_mismatch",
] satisfies readonly TlsReason[];

/** Who is let in too freely, or told wrongly of relays, gets in. */
export const bySignaling: Explainer = {
  kind: "xmpp",
  unless: [tooOpen, ...beside, ...unseen, ...Object.keys(extdiscoReasons)],
};

/** Who is let in at all is told of the relays, with a credential for them. */
export const byAnnouncement: Explainer = { kind: "xmpp", unless: [tooOpen, ...beside] };

const passesTooMuch: TurnReason = "private_peer_allowed";

/** A relay that lets through too much carries what it should, too; so it does for whom it asks for no credential. */
export const byRelays: Explainer = {
  kind: "turn",
  unless: [passesTooMuch, "no_authentication"] satisfies readonly TurnReason[],
};

/** Checks give up where no credential is asked for. */
export const byOpenRelays: Explainer = { kind: "turn", unless: [passesTooMuch] };

/** Whatever is wrong with a certificate, its port is there and speaks TLS. */
export const byTlsPort: Explainer = { kind: "tls", unless: Object.keys(certificateReasons) };
