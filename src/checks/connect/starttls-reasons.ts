/** Reasons for not getting as far as TLS on a port that begins without it. */
import type { ReasonTable } from "../check-kind.ts";

export const starttlsReasons = {
  starttls_host_unknown: {
    severity: "critical",
    hint: "Prosody has no VirtualHost of that name: compare the Site's `domain` with /etc/prosody/prosody.cfg.lua and the check's `domain:`",
  },
  starttls_stream_refused: {
    severity: "critical",
    hint: "Prosody refused the stream in the words shown: convene logs jitsi",
  },
  starttls_not_offered: {
    severity: "critical",
    hint: "Prosody has no certificate it can read, or the module tls is off: convene logs jitsi, `ssl` and `modules_enabled` in /etc/prosody/prosody.cfg.lua",
  },
  starttls_refused: {
    severity: "critical",
    hint: "TLS was offered and then refused: Prosody cannot use its certificate or key (convene logs jitsi)",
  },
  starttls_bad_answer: {
    severity: "critical",
    hint: "what answers is no XMPP server: compare the check's `port:` with `c2s_ports` in /etc/prosody/prosody.cfg.lua",
  },
  starttls_closed: {
    severity: "critical",
    hint: "the connection was closed before TLS: convene logs jitsi",
  },
  starttls_no_answer: {
    severity: "critical",
    hint: "the port is open and silent: Prosody hangs (convene logs jitsi), or the service speaks TLS from the beginning, then leave out `starttls:`",
  },
} as const satisfies ReasonTable<string>;

export type StarttlsReason = keyof typeof starttlsReasons;
