/** Reasons of the videobridge's ladder. */
import type { ReasonTable } from "../check-kind.ts";

export const bridgeReasons = {
  unhealthy: {
    severity: "critical",
    hint: "the bridge says so itself; `No valid IP addresses` means that the static mapping in jvb.conf lacks the public address: convene logs BRIDGE",
  },
  rest_disabled: {
    severity: "critical",
    hint: "jvb.conf must have `videobridge.apis.rest.enabled = true`",
  },
  bad_answer: {
    severity: "critical",
    hint: "something else answers on the bridge's private port: compare `address:` and `restPort:` with jvb.conf",
  },
  allocation_refused: {
    severity: "critical",
    hint: "the bridge refuses new conferences, as when it is shutting down: convene logs BRIDGE",
  },
  no_public_candidate: {
    severity: "critical",
    hint: "the bridge tells participants no public address: `ice4j.harvest.mapping.static-mappings` in jvb.conf must name it",
  },
  wrong_media_port: {
    severity: "critical",
    hint: "the bridge announces another port than the open one: compare `ice.udp.port` and the static mapping in jvb.conf with the container's `publicPorts`",
  },
  media_port_closed: {
    severity: "critical",
    hint: "nothing listens on the media port there: the container's `publicPorts` must hold it, and jvb.conf use it",
  },
  media_no_answer: {
    severity: "critical",
    hint: "STUN to the media port gets lost: a firewall, or the nat device of the container; without it nobody has video from the third participant on",
  },
  media_refused: {
    severity: "critical",
    hint: "the media port answers, but not to the credentials just allocated: another bridge holds this port",
  },
} as const satisfies ReasonTable<string>;

export type BridgeReason = keyof typeof bridgeReasons;
