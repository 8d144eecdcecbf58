/** Advice and sentences for videobridges and meetings as a participant meets them. */
import type { CheckResult } from "../../checks/check.ts";
import type { ConferenceReason } from "../../checks/conference/conference-reasons.ts";
import type { MediaReason } from "../../checks/media/media-reasons.ts";

const JICOFO_LOG = "jicofo's log says why (/var/log/jitsi/jicofo.log; docker logs of `jicofo`)";
const JVB_LOG = "the videobridge's log says why (/var/log/jitsi/jvb.log; docker logs of `jvb`)";

export const mediaAdvice = {
  no_public_candidate:
    "tell the videobridge its public address: `ice4j.harvest.mapping.static-mappings` in jvb.conf (docker: JVB_ADVERTISE_IPS)",
  wrong_media_port: "compare `ice.udp.port` in jvb.conf with the open port (docker: JVB_PORT)",
  media_port_closed:
    "start the videobridge (systemctl status jitsi-videobridge2), and forward its UDP port to it (10000 unless changed)",
  media_no_answer:
    "open the videobridge's UDP port (10000 unless changed) at the provider's firewall, on the server and on a router in front; two people may still hear each other, the third breaks it",
  media_refused:
    "another program or a second videobridge answers on this UDP port: each needs one of its own",
  private_candidate_silent: "relayed media takes the public address: nothing to do, unless relays are slow",
  ice_failed: `a firewall lets single packets through and no connection; ${JVB_LOG}`,
  dtls_failed: `packets over 1,200 bytes may get lost on the way; ${JVB_LOG}`,
  fingerprint_mismatch: "another videobridge answers on this UDP port: each needs one of its own",
  relay_peer_denied:
    "turnserver.conf needs `allowed-peer-ip=` with the videobridge's address, which beats `denied-peer-ip`",
  relay_hairpin_failed:
    "the router must send back what goes from inside to the public address, or the videobridge must announce its private address too",
  relay_path_failed:
    "open `min-port` to `max-port` of turnserver.conf for UDP; behind NAT it needs `external-ip=PUBLIC/PRIVATE`",
  media_process_failed: "this is a defect in convene, or memory has run out here: please report it",
  guest_not_admitted: `a member has opened the room, and the guest may not come in: look at \`authentication\` in jicofo.conf; ${JICOFO_LOG}`,
  join_silent: `Prosody keeps people waiting until jicofo is in the room; ${JICOFO_LOG}`,
  room_refused: "look for the MUC component in Prosody's configuration, and at its log",
  no_bridge:
    "no videobridge is to be had: start it (systemctl status jitsi-videobridge2), and compare its password and `brewery-jid` in jvb.conf and jicofo.conf",
  focus_not_owner: "Prosody 13 needs `component_admins_as_room_owners = true`",
  not_invited: `jicofo finds no videobridge, or fails to ask it; ${JICOFO_LOG}`,
  bad_offer: "versions of jicofo and videobridge that do not fit: bring both up to date",
  accept_refused: JICOFO_LOG,
  meeting_ended: JICOFO_LOG,
  source_not_announced: JICOFO_LOG,
  audio_lost: `the videobridge passes nothing on; ${JVB_LOG}`,
  audio_one_way: `a firewall may let one direction through only; ${JVB_LOG}`,
  audio_broken:
    "something drops packets: look for a full line, a busy processor, and the UDP buffers of the server (Jitsi's 20-jvb-udp-buffers.conf)",
  high_loss:
    "look for a full line, a busy processor, and the UDP buffers of the server (Jitsi's 20-jvb-udp-buffers.conf)",
  bridge_channel_not_proxied:
    "nginx must pass `location ~ ^/colibri-ws/` on to the videobridge, or turn `websockets` off in jvb.conf",
  turn_not_offered:
    "list the relay under `external_services` in Prosody's configuration, its port as a number",
  relay_unreachable:
    "the relay worked a moment ago and is gone: is coturn restarting? (journalctl -u coturn)",
  relay_lost: "coturn ended the relay while media went through it: journalctl -u coturn says why",
} as const satisfies Readonly<Record<MediaReason | ConferenceReason, string>>;

export const mediaSentences: Readonly<Record<string, (result: CheckResult) => string>> = {
  no_public_candidate: ({ evidence }) =>
    evidence.candidates === undefined || evidence.candidates === ""
      ? "the videobridge tells people no address at all"
      : `the videobridge tells people no address on the internet, only ${evidence.candidates}`,
  no_bridge: () => "jicofo has no videobridge to send people to",
  fingerprint_mismatch: () => "another videobridge answers than the one that people are sent to",
  dtls_failed: () => "packets reach the videobridge, and no encrypted connection comes about",
  guest_not_admitted: () => "a member has opened the room, and the guest may not come in",
  audio_lost: () => "two people are connected, and nothing is heard in either direction",
  audio_one_way: impersonal,
  high_loss: impersonal,
  not_invited: () => "jicofo is in the room and sends nobody to a videobridge",
  media_no_answer: bridgeSays,
  media_port_closed: bridgeSays,
  relay_peer_denied: impersonal,
  relay_path_failed: impersonal,
  relay_hairpin_failed: impersonal,
};

/** `direct: the member: 203.0.113.10:10000 does not answer` */
function bridgeSays(result: CheckResult): string {
  return `the videobridge at ${impersonal(result).replace(/^direct: /, "")}`;
}

function impersonal({ message }: CheckResult): string {
  return message
    .replace(/^on every path: /, "")
    .replace(/the (?:first |second |same )?(?:member|guest): /, "");
}
