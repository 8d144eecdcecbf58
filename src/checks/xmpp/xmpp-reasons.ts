/** Reasons of an XMPP stream over WebSocket that does not come up. */
import type { ReasonTable } from "../check-kind.ts";

export const xmppReasons = {
  not_upgraded: {
    severity: "critical",
    hint: "the WebSocket is not passed on: look at `location = /xmpp-websocket` in nginx and at the route in haproxy.cfg; 502 is nginx without Prosody (convene logs jitsi)",
  },
  host_unknown: {
    severity: "critical",
    hint: "Prosody has no VirtualHost of that name: compare the Site's `domain` with /etc/prosody/conf.d and the check's `domain:`",
  },
  stream_refused: {
    severity: "critical",
    hint: "Prosody refused the stream in the words shown: convene logs jitsi",
  },
  stream_closed: { severity: "critical", hint: "Prosody or nginx closed the WebSocket: convene logs jitsi" },
  no_features: {
    severity: "critical",
    hint: "the WebSocket is open but Prosody is silent: convene logs jitsi shows a failing module",
  },
  missing_mechanism: {
    severity: "critical",
    hint: "people cannot log in that way: `authentication` of the VirtualHost and the component's `access:` differ",
  },
  bad_answer: {
    severity: "critical",
    hint: "what answers is no XMPP server: another backend is behind this path",
  },
} as const satisfies ReasonTable<string>;

export type XmppReason = keyof typeof xmppReasons;
