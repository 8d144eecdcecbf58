/**
 * The failure catalogue: the ways in which a Jitsi site is known to break, one line each: what is broken, where a test
 * breaks it, and what convene must say of it, on which rung, and nothing else. README.md shows it as a table.
 */
import type { FaultName } from "./meeting-lab-faults.ts";

export interface CatalogueLine {
  /** A failure that comes about in several ways has several lines. Up to 24 they are known from Jitsi's issues. */
  readonly row: number;
  readonly broken: string;
  /** Where it is broken: in a real server, or `… stand-in` for what the machine cannot have. */
  readonly on: Provoked;
  readonly faults: readonly FaultName[];
  /** `RUNG reason`; undefined where nothing is wrong. */
  readonly told: string | undefined;
  /** Who can still meet while it lasts; `some`: by one of the ways media can take; `members`: and no guest. */
  readonly meeting: "nobody" | "members" | "some" | "all";
  /** What `convene doctor` finds as a stranger, `RUNG reason`; undefined: not to be seen from outside without an account. */
  readonly doctor: string | undefined;
  /** Then, what it finds with one; undefined where nobody can see it from outside. */
  readonly member?: string;
  /** How many bridges the focus would choose once it has taken effect; all when absent; `unasked` when it cannot say. */
  readonly choosable?: 0 | 1 | "unasked";
  /** Of the site; 1 when absent. */
  readonly bridges?: 2;
}

export type Provoked =
  | "bridge stand-in"
  | "coturn"
  | "coturn, libfaketime"
  | "focus stand-in"
  | "HAProxy"
  | "nftables"
  | "nftables, bridge stand-in"
  | "nginx"
  | "Prosody"
  | "Prosody, libfaketime";

// biome-ignore format: a table
export const FAILURE_CATALOGUE: readonly CatalogueLine[] = [
  { row: 1, broken: "the bridge tells only its private address", on: "bridge stand-in", faults: ["bridge-private-only"], told: "bridge-1 no_public_candidate", meeting: "nobody", doctor: undefined, member: "media no_public_candidate" },
  { row: 2, broken: "UDP 10000 vanishes in a firewall", on: "nftables", faults: ["media-port-dropped"], told: "bridge-1 media_no_answer", meeting: "some", doctor: undefined, member: "media media_no_answer" },
  { row: 2, broken: "UDP 10000 is refused", on: "nftables", faults: ["media-port-refused"], told: "bridge-1 media_port_closed", meeting: "nobody", doctor: undefined, member: "media media_port_closed" },
  { row: 3, broken: "the bridge has no valid address and says it is ill", on: "bridge stand-in", faults: ["bridge-unhealthy"], told: "bridge-1 unhealthy", meeting: "nobody", doctor: undefined, member: "media no_bridge", choosable: 0 },
  { row: 4, broken: "coturn has another secret", on: "coturn", faults: ["turn-secret"], told: "turn-udp wrong_secret", meeting: "some", doctor: "relay credential_refused" },
  { row: 4, broken: "Prosody has another secret", on: "Prosody", faults: ["prosody-turn-secret"], told: "signaling turn_secret_differs", meeting: "some", doctor: "relay credential_refused" },
  { row: 5, broken: "coturn's clock is ahead", on: "coturn, libfaketime", faults: ["turn-clock-ahead"], told: "turn-udp clock_ahead", meeting: "some", doctor: "relay credential_refused" },
  { row: 5, broken: "Prosody's clock is behind", on: "Prosody, libfaketime", faults: ["prosody-clock-behind"], told: "signaling turn_credential_expired", meeting: "some", doctor: "services credential_expired" },
  { row: 6, broken: "coturn denies the bridge as a peer", on: "coturn", faults: ["turn-denies-bridges"], told: "turn-udp bridge_denied", meeting: "some", doctor: undefined, member: "media relay_peer_denied" },
  { row: 7, broken: "the certificate on 5349 has expired", on: "coturn", faults: ["turn-certificate-expired"], told: "turn-certificate cert_expired", meeting: "some", doctor: "relay cert_expired" },
  { row: 7, broken: "it was renewed and coturn not told", on: "coturn", faults: ["turn-certificate-not-loaded"], told: "turn-certificate served_not_on_disk", meeting: "all", doctor: undefined },
  { row: 8, broken: "the relay ports are closed from outside", on: "nftables", faults: ["relay-range-closed"], told: "turn-udp relay_range_closed", meeting: "all", doctor: "relay relay_range_closed" },
  { row: 8, broken: "coturn tells a wrong external address", on: "coturn", faults: ["turn-external-address"], told: "turn-udp wrong_relayed_address", meeting: "all", doctor: "relay wrong_relayed_address" },
  { row: 9, broken: "Prosody's certificate was replaced without its key", on: "Prosody", faults: ["prosody-certificate-replaced"], told: "xmpp-certificate starttls_not_offered", meeting: "nobody", doctor: "room focus_missing", choosable: 0 },
  { row: 9, broken: "the bridge is not in Prosody for it", on: "bridge stand-in", faults: ["bridge-password"], told: "bridge-1 not_registered", meeting: "nobody", doctor: undefined, member: "media no_bridge", choosable: 0 },
  { row: 10, broken: "jicofo's account has another password", on: "Prosody", faults: ["focus-account"], told: "account-focus login_refused", meeting: "nobody", doctor: "room focus_missing", choosable: 0 },
  { row: 10, broken: "the bridges' account has another password", on: "Prosody", faults: ["jvb-account"], told: "account-jvb login_refused", meeting: "nobody", doctor: undefined, member: "media no_bridge", choosable: 0 },
  { row: 11, broken: "nginx does not pass the WebSocket on", on: "nginx", faults: ["websocket-not-proxied"], told: "websocket websocket_is_page", meeting: "nobody", doctor: "signaling websocket_is_page" },
  { row: 11, broken: "nginx passes it on without Upgrade", on: "nginx", faults: ["websocket-not-upgraded"], told: "websocket websocket_dropped", meeting: "nobody", doctor: "signaling stream_closed" },
  { row: 11, broken: "HAProxy refuses it", on: "HAProxy", faults: ["websocket-denied"], told: "websocket websocket_forbidden", meeting: "nobody", doctor: "signaling websocket_forbidden" },
  { row: 12, broken: "the guests' VirtualHost is missing", on: "Prosody", faults: ["guest-host-missing"], told: "signaling-guest host_unknown", meeting: "members", doctor: "signaling host_unknown" },
  { row: 13, broken: "the bridge is in another brewery", on: "bridge stand-in", faults: ["bridge-other-brewery"], told: "bridge-1 unknown_to_focus", meeting: "nobody", doctor: undefined, member: "media no_bridge", choosable: 0 },
  { row: 14, broken: "jicofo is not owner of its rooms", on: "focus stand-in", faults: ["focus-not-owner"], told: "conference focus_not_owner", meeting: "nobody", doctor: undefined, member: "media focus_not_owner" },
  { row: 15, broken: "jicofo does not run", on: "focus stand-in", faults: ["focus-stopped"], told: "unit/jitsi/jicofo unit_stopped", meeting: "nobody", doctor: "room focus_missing", choosable: "unasked" },
  { row: 15, broken: "jicofo hangs", on: "focus stand-in", faults: ["focus-frozen"], told: "signaling focus_silent", meeting: "nobody", doctor: "room focus_silent", choosable: "unasked" },
  { row: 16, broken: "Prosody cannot load client_proxy", on: "Prosody", faults: ["focus-module-missing"], told: "signaling focus_cut_off", meeting: "nobody", doctor: "room focus_missing" },
  { row: 16, broken: "Prosody cannot load the rooms' component", on: "Prosody", faults: ["conference-module-missing"], told: "signaling component_missing", meeting: "nobody", doctor: "room component_missing" },
  { row: 17, broken: "two bridges have one nickname", on: "bridge stand-in", faults: ["bridge-same-nickname"], told: "bridge-2 unknown_to_focus", meeting: "all", doctor: undefined, choosable: 1, bridges: 2 },
  { row: 18, broken: "the bridge drains for ever", on: "bridge stand-in", faults: ["bridge-draining"], told: "bridge-1 draining", meeting: "all", doctor: undefined, choosable: 0 },
  { row: 18, broken: "the only bridge shuts down gracefully", on: "bridge stand-in", faults: ["bridge-shutting-down"], told: "bridge-1 last_bridge_leaving", meeting: "nobody", doctor: undefined, member: "media not_invited", choosable: 0 },
  { row: 19, broken: "sticky-failures keeps the bridge ill", on: "bridge stand-in", faults: ["bridge-sticky-failure"], told: "bridge-1 sticky_failure", meeting: "nobody", doctor: undefined, member: "media no_bridge", choosable: 0 },
  { row: 20, broken: "nginx does not pass colibri-ws on", on: "nginx", faults: ["bridge-channel-not-proxied"], told: "conference bridge_channel_not_proxied", meeting: "all", doctor: undefined, member: "media bridge_channel_not_proxied" },
  { row: 20, broken: "the bridge refuses colibri-ws", on: "bridge stand-in", faults: ["bridge-channel-refused"], told: "conference bridge_channel_not_proxied", meeting: "all", doctor: undefined, member: "media bridge_channel_not_proxied" },
  { row: 21, broken: "external_services has its ports as text", on: "Prosody", faults: ["services-string-port"], told: "signaling turn_without_port", meeting: "all", doctor: undefined },
  { row: 22, broken: "Prosody tells its relays only in a room", on: "Prosody", faults: ["services-forbidden"], told: "signaling extdisco_forbidden", meeting: "some", doctor: "services extdisco_forbidden" },
  { row: 23, broken: "relayed media would need a hairpin", on: "nftables, bridge stand-in", faults: ["hairpin-closed", "bridge-public-only"], told: "bridge-1 relay_hairpin_failed", meeting: "some", doctor: undefined, member: "media relay_hairpin_failed" },
  { row: 24, broken: "jicofo's health is not switched on", on: "focus stand-in", faults: ["focus-health-disabled"], told: undefined, meeting: "all", doctor: undefined },
  { row: 24, broken: "jicofo's HTTP listens elsewhere", on: "focus stand-in", faults: ["focus-http-refused"], told: "bridge-1 focus_unreachable", meeting: "all", doctor: undefined, choosable: "unasked" },
  { row: 25, broken: "the bridge passes on no audio", on: "bridge stand-in", faults: ["bridge-forwards-nothing"], told: "conference audio_lost", meeting: "nobody", doctor: undefined, member: "media audio_lost" },
  { row: 26, broken: "guests may open rooms of members", on: "focus stand-in", faults: ["guests-open-rooms"], told: "signaling-guest guests_open_rooms", meeting: "all", doctor: undefined },
  { row: 27, broken: "coturn relays to private addresses", on: "coturn", faults: ["turn-open-relay"], told: "turn-udp private_peer_allowed", meeting: "all", doctor: "relay private_peer_allowed" },
  { row: 28, broken: "the page's certificate has expired", on: "HAProxy", faults: ["page-certificate-expired"], told: "proxy-certificate cert_expired", meeting: "nobody", doctor: "certificate cert_expired" },
];
