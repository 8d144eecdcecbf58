/** Reasons of an XMPP session that does not come up, or breaks: for every kind that opens one. */
import type { ReasonTable } from "../check-kind.ts";
import { upgradeReasons } from "../websocket/upgrade-reasons.ts";

export const sessionReasons = {
  ...upgradeReasons,
  bosh_not_proxied: {
    severity: "critical",
    hint: "the path does not lead to Prosody's BOSH: nginx needs `location = /http-bind` to Prosody's port 5280, and Prosody the module `bosh`",
  },
  host_unknown: {
    severity: "critical",
    hint: "Prosody has no VirtualHost of that name: compare the Site's `domain` with the VirtualHost lines of /etc/prosody/prosody.cfg.lua and with the check's `domain:` and `subdomain:`",
  },
  stream_refused: {
    severity: "critical",
    hint: "Prosody refused the stream in the words shown: convene logs jitsi",
  },
  stream_closed: { severity: "critical", hint: "Prosody or nginx closed the connection: convene logs jitsi" },
  stanza_flood: {
    severity: "critical",
    hint: "what answers sends without end, as no XMPP server does: look which server this name and port lead to",
  },
  session_silent: {
    severity: "critical",
    hint: "the connection is open and Prosody does not answer: it hangs or is overloaded (convene logs jitsi)",
  },
  no_features: {
    severity: "critical",
    hint: "the stream is open but Prosody offers nothing: convene logs jitsi shows a failing module",
  },
  missing_mechanism: {
    severity: "critical",
    hint: "people cannot log in that way: `authentication` of the VirtualHost and the component's `access:` differ",
  },
  bad_answer: {
    severity: "critical",
    hint: "what answers is no XMPP server: another backend is behind this path",
  },
  no_starttls: {
    severity: "critical",
    hint: "Prosody offers no encryption on this port: `ssl` in prosody.cfg.lua names a key and a certificate it must be able to read",
  },
  unsafe_mechanisms: {
    severity: "critical",
    hint: "the password would go over the wire readable and was not sent: use `wss`, or let Prosody offer SCRAM-SHA-1",
  },
  account_missing: {
    severity: "critical",
    hint: "Prosody has no such account: convene reconcile makes those of the manifests; `prosodyctl shell user list DOMAIN` in the container jitsi shows what is there",
  },
  login_refused: {
    severity: "critical",
    hint: "the password is not the one Prosody has for this account: convene reconcile puts the accounts back",
  },
  guest_refused: {
    severity: "critical",
    hint: "guests are not let in: `authentication` of the guest VirtualHost in prosody.cfg.lua must be `jitsi-anonymous`",
  },
  login_failed: {
    severity: "critical",
    hint: "Prosody could not decide about the login, in the words shown: convene logs jitsi",
  },
  bad_challenge: {
    severity: "critical",
    hint: "the login's challenge breaks RFC 5802, so nothing was proved to it: look which server this name and port lead to",
  },
  server_not_trusted: {
    severity: "critical",
    hint: "the server took the login without knowing the password itself: something else answers in Prosody's place",
  },
  bind_refused: {
    severity: "critical",
    hint: "Prosody took the login but gives no session, in the words shown: convene logs jitsi, and look for limits in prosody.cfg.lua",
  },
  stanza_refused: {
    severity: "critical",
    hint: "Prosody answered with the error shown: convene logs jitsi",
  },
} as const satisfies ReasonTable<string>;

export type SessionReason = keyof typeof sessionReasons;
