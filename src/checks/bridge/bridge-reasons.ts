/** Reasons of the videobridge's ladder, beside those of its media port. */
import type { ReasonTable } from "../check-kind.ts";

export const bridgeReasons = {
  unhealthy: {
    severity: "critical",
    hint: "the bridge says so itself; `No valid IP addresses` means that the static mapping in jvb.conf lacks the public address: convene logs BRIDGE",
  },
  sticky_failure: {
    severity: "critical",
    hint: "it is well again and says so no more until it is restarted, because `videobridge.health.sticky-failures` is on in jvb.conf: restart jitsi-videobridge2, and leave that setting off",
  },
  rest_disabled: {
    severity: "critical",
    hint: "jvb.conf must have `videobridge.apis.rest.enabled = true`",
  },
  bad_answer: {
    severity: "critical",
    hint: "something else answers on the bridge's private port: compare `address:` and `restPort:` with jvb.conf",
  },
  draining: {
    severity: "info",
    hint: "nothing to do if that is wanted: it carries on its conferences and gets no new ones; to end it: POST /colibri/drain/disable at its private port",
  },
  last_bridge_leaving: {
    severity: "critical",
    hint: "no meeting can begin: this bridge takes no more of them, and jicofo has no other: restart jitsi-videobridge2, which ends the shutdown, or add another bridge to `bridges:` in site.yaml",
  },
  not_registered: {
    severity: "critical",
    hint: "the bridge is not logged in to Prosody, and no meeting is given to it: its password (`apis.xmpp-client` in jvb.conf) or Prosody's port 5222: convene logs BRIDGE",
  },
  unknown_to_focus: {
    severity: "critical",
    hint: "the bridge is logged in and jicofo has never heard of it: `MUC_JIDS` in jvb.conf and `brewery-jid` in jicofo.conf must be one room, and no other bridge may have its `MUC_NICKNAME`: Prosody takes two of one name for one",
  },
  not_operational: {
    severity: "critical",
    hint: "jicofo knows the bridge and does not use it, because its own health checks of the bridge fail (convene logs jitsi)",
  },
  focus_unreachable: {
    severity: "warning",
    hint: "this bridge is well as far as it can be seen; whether jicofo uses it is unknown: convene logs jitsi says why jicofo's port 8888 does not answer",
  },
  focus_list_too_long: {
    severity: "warning",
    hint: "this bridge is well as far as it can be seen; whether jicofo uses it is unknown, because its list of bridges stands behind that of very many conferences: GET /debug at jicofo's port 8888 tells, under `bridge_selector`",
  },
  mixed_versions: {
    severity: "warning",
    hint: "jicofo keeps bridges of different versions out of one conference: bring all to one version, by the `refresh` date of the image",
  },
  allocation_refused: {
    severity: "critical",
    hint: "the bridge refuses new conferences, as when it is shutting down: convene logs BRIDGE",
  },
  connection_dropped: {
    severity: "critical",
    hint: "the connection was made and did not last 8 s: the bridge's consent checks or our answers get lost on the way, as by a firewall that forgets UDP quickly: convene logs BRIDGE",
  },
} as const satisfies ReasonTable<string>;

export type BridgeReason = keyof typeof bridgeReasons;
