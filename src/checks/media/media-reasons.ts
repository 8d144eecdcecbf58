/** Reasons of everything that connects to a bridge's media port and talks through it. */
import type { ReasonTable } from "../check-kind.ts";

export const mediaReasons = {
  ice_failed: {
    severity: "critical",
    hint: "the media port answers single packets, but no connection comes about: a firewall with connection tracking, or a second bridge on this port: convene logs BRIDGE",
  },
  dtls_failed: {
    severity: "critical",
    hint: "packets pass, but the encrypted connection is not made: convene logs BRIDGE says why; a path that loses packets over 1,200 bytes does this too",
  },
  fingerprint_mismatch: {
    severity: "critical",
    hint: "another bridge answers on this media port than the one that was asked: each bridge needs a UDP port of its own",
  },
  media_process_failed: {
    severity: "critical",
    hint: "the process that does WebRTC for checks ended: `journalctl -u convene` shows whether memory ran out; else this is a defect in convene: please report it",
  },
} as const satisfies ReasonTable<string>;

export type MediaReason = keyof typeof mediaReasons;
