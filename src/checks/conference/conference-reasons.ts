/** Reasons of a meeting that does not come about, beside those of the ways to it: session, focus, relay, media. */
import type { ReasonTable } from "../check-kind.ts";

export const conferenceReasons = {
  guest_not_admitted: {
    severity: "critical",
    hint: "a member has opened the room and guests may not come in: `authentication` in jicofo.conf (`login-url` is the members' domain) and the guest VirtualHost of prosody.cfg.lua (`main_muc`)",
  },
  join_silent: {
    severity: "critical",
    hint: "Prosody keeps the join waiting: mod_muc_meeting_id does so until the focus is in the room, so jicofo has left it or cannot enter (convene logs jitsi)",
  },
  room_refused: {
    severity: "critical",
    hint: "Prosody does not let the participant into the room, in the words shown: the MUC component in prosody.cfg.lua, and `main_muc` of both VirtualHosts",
  },
  no_bridge: {
    severity: "critical",
    hint: "jicofo says that no videobridge is to be had: the bridge checks tell which one is not registered or not operational, and why",
  },
  focus_not_owner: {
    severity: "critical",
    hint: "the focus is in the room and makes nobody its owner: Prosody 13 needs `component_admins_as_room_owners = true` in prosody.cfg.lua",
  },
  not_invited: {
    severity: "critical",
    hint: "both are in the room and jicofo invites nobody: no bridge in `brewery-jid` (GET /stats at jicofo's port 8888 counts them), or an error in convene logs jitsi",
  },
  bad_offer: {
    severity: "critical",
    hint: "jicofo's invitation holds nothing to connect with: versions of jicofo and videobridge that do not fit (convene logs jitsi)",
  },
  accept_refused: {
    severity: "critical",
    hint: "jicofo refuses the answer to its own invitation, in the words shown: convene logs jitsi",
  },
  meeting_ended: {
    severity: "critical",
    hint: "jicofo ended the meeting, or put a participant out of the room, in the words shown: convene logs jitsi",
  },
  source_not_announced: {
    severity: "critical",
    hint: "both are connected and are not told of each other's audio, so nobody hears anybody: convene logs jitsi",
  },
  audio_lost: {
    severity: "critical",
    hint: "both are connected to the bridge and it passes on no audio: see convene logs BRIDGE",
  },
  audio_one_way: {
    severity: "critical",
    hint: "one hears the other and not the reverse: see convene logs BRIDGE; a firewall that lets packets of one direction through does this too",
  },
  audio_broken: {
    severity: "critical",
    hint: "both are connected and most words get lost on the way: look for a full uplink, a busy processor (`convene status`), and UDP buffers of the host (`convene check host`)",
  },
  high_loss: {
    severity: "warning",
    hint: "people hear gaps: look for a full uplink, a busy processor (`convene status`), and UDP buffers of the host (`convene check host`)",
  },
  bridge_channel_not_proxied: {
    severity: "warning",
    hint: "audio works, and the bridge's WebSocket does not come up: browsers without data channels get no video of the others; look at `location ~ ^/colibri-ws/` in nginx.conf",
  },
  turn_not_offered: {
    severity: "critical",
    hint: "Prosody does not tell people of this relay: `external_services` in prosody.cfg.lua, where a port must be a number",
  },
  relay_unreachable: {
    severity: "critical",
    hint: "people are told of this relay and cannot reach it: the check of its transport (turn-udp, turn-tcp, turn-tls, turn-tls-443) names the cause",
  },
  relay_lost: {
    severity: "critical",
    hint: "the relay ended in the middle of the meeting: convene logs turn",
  },
} as const satisfies ReasonTable<string>;

export type ConferenceReason = keyof typeof conferenceReasons;
