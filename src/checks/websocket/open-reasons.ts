/** Reasons for a WebSocket that is open and on which no XMPP stream opens (RFC 7395 section 3.3). */
import type { ReasonTable } from "../check-kind.ts";

export const openReasons = {
  host_unknown: {
    severity: "critical",
    hint: "Prosody has no VirtualHost of that name: compare the Site's `domain` with the VirtualHost lines of /etc/prosody/prosody.cfg.lua and with the check's `domain:`",
  },
  stream_refused: {
    severity: "critical",
    hint: "Prosody refused the stream in the words shown: convene logs jitsi",
  },
  stream_closed: {
    severity: "critical",
    hint: "the WebSocket was closed before a stream was open: convene logs jitsi",
  },
  stream_silent: {
    severity: "critical",
    hint: "the WebSocket is open and Prosody does not answer: it hangs or is overloaded (convene logs jitsi)",
  },
  bad_frame: {
    severity: "critical",
    hint: "what answers is no XMPP server: another service is behind this path",
  },
} as const satisfies ReasonTable<string>;

export type OpenReason = keyof typeof openReasons;
