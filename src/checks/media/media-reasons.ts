/** Reasons of everything that looks at a bridge's candidates, connects to its media port, and talks through it. */
import type { ReasonTable } from "../check-kind.ts";

export const mediaReasons = {
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
    hint: "nothing listens on the media port there, or a firewall refuses it: the container's `publicPorts` must hold it, and jvb.conf use it",
  },
  media_no_answer: {
    severity: "critical",
    hint: "STUN to the media port gets lost: a firewall (UDP 10000 at the provider too), or the nat device of the container; without it nobody has video from the third participant on",
  },
  media_refused: {
    severity: "critical",
    hint: "the media port answers, but not to the credentials just allocated: another bridge holds this port",
  },
  private_candidate_silent: {
    severity: "warning",
    hint: "the public address works; the container's own, by which relayed media comes, does not answer: compare `local-address` in jvb.conf with the container's address",
  },
  ice_failed: {
    severity: "critical",
    hint: "the media port answers single packets, but no connection comes about: a firewall with connection tracking, or a second bridge on this port: see convene logs BRIDGE",
  },
  dtls_failed: {
    severity: "critical",
    hint: "packets pass, but the encrypted connection is not made: convene logs BRIDGE says why; a path that loses packets over 1,200 bytes does this too",
  },
  fingerprint_mismatch: {
    severity: "critical",
    hint: "another bridge answers on this media port than the one that was asked: each bridge needs a UDP port of its own",
  },
  relay_peer_denied: {
    severity: "critical",
    hint: "coturn may not relay to the bridge: turnserver.conf needs an `allowed-peer-ip` line with the bridge's address, which beats `denied-peer-ip`",
  },
  relay_hairpin_failed: {
    severity: "critical",
    hint: "direct works; coturn takes the bridge's public address for its own, so relayed media needs another: let the bridge announce its container address too (`advertise-private-candidates` in jvb.conf) and allow it in turnserver.conf (`allowed-peer-ip`)",
  },
  relay_path_failed: {
    severity: "critical",
    hint: "direct works, and nothing comes back through the relay: the ports `min-port`-`max-port` of turnserver.conf must be open for UDP, and `external-ip` be the public address",
  },
  media_process_failed: {
    severity: "critical",
    hint: "the process that does WebRTC for checks ended: `journalctl -u convene` shows whether memory ran out; else this is a defect in convene: please report it",
  },
} as const satisfies ReasonTable<string>;

export type MediaReason = keyof typeof mediaReasons;
