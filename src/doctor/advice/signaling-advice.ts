/** Advice and sentences for Prosody and jicofo as they are met from outside. */
import type { CheckResult } from "../../checks/check.ts";
import type { ExtdiscoReason } from "../../checks/xmpp/extdisco-reasons.ts";
import type { FocusReason } from "../../checks/xmpp/focus-reasons.ts";
import type { SessionReason } from "../../checks/xmpp/session-reasons.ts";
import { websocketAdvice, websocketSentences } from "./websocket-advice.ts";

const PROSODY_LOG = "Prosody's log says more (/var/log/prosody/prosody.log; docker logs of `prosody`)";

export const signalingAdvice = {
  ...websocketAdvice,
  bosh_not_proxied:
    "nginx needs `location = /http-bind` to Prosody's port 5280, and Prosody the module `bosh`",
  host_unknown:
    "Prosody needs a VirtualHost of that name (Debian: /etc/prosody/conf.d/DOMAIN.cfg.lua), or config.js names the wrong one (hosts.domain, hosts.anonymousdomain)",
  stream_refused: PROSODY_LOG,
  stream_closed: `Prosody or a proxy ends the connection; for a WebSocket nginx needs the Upgrade and Connection headers; ${PROSODY_LOG}`,
  stanza_flood: "this is no XMPP server: look where the WebSocket's path leads",
  session_silent: `Prosody hangs or is overloaded: restart it; ${PROSODY_LOG}`,
  no_features: `a module of Prosody fails; ${PROSODY_LOG}`,
  missing_mechanism:
    'for guests, the VirtualHost that config.js names in hosts.anonymousdomain needs `authentication = "jitsi-anonymous"` (docker: ENABLE_GUESTS=1)',
  bad_answer: "this is no XMPP server: look where the WebSocket's path leads",
  no_starttls: "Prosody needs a key and a certificate that it can read (`prosodyctl check certs`)",
  unsafe_mechanisms: "the password was not sent: use wss, or let Prosody offer SCRAM-SHA-1",
  account_missing: "no such account: on the server, `prosodyctl adduser NAME@DOMAIN` makes it",
  login_refused:
    "compare the password; on the server `prosodyctl passwd NAME@DOMAIN` gives the account a new one, and where there is none `prosodyctl adduser NAME@DOMAIN` makes it",
  guest_refused:
    'the guests\' VirtualHost needs `authentication = "jitsi-anonymous"`; with tokens (JWT), people come in by another page only',
  login_failed: PROSODY_LOG,
  bad_challenge: "the login was broken off: look which server this name leads to",
  server_not_trusted: "something else answers in Prosody's place: look which server this name leads to",
  bind_refused: `look for limits in Prosody's configuration; ${PROSODY_LOG}`,
  stanza_refused: PROSODY_LOG,
  extdisco_missing:
    "add `external_services` to modules_enabled of the VirtualHost (and of the guests'), and list the relays under `external_services`",
  extdisco_forbidden:
    "look for `external_service_access` and `extdisco_occpuant_check` in Prosody's configuration",
  extdisco_refused: PROSODY_LOG,
  extdisco_silent: PROSODY_LOG,
  turn_not_announced: "list the relay under `external_services` in Prosody's configuration",
  turn_without_port:
    "write `port` under `external_services` as a number, without quotes: Prosody leaves out any other",
  turn_without_credentials:
    "each TURN entry of `external_services` needs `secret = true`, and `external_service_secret` must be set",
  turn_credential_expired:
    "Prosody's clock is off (`timedatectl`), or `ttl` of the entry in `external_services` is too small",
  turn_secret_differs:
    "`external_service_secret` must be coturn's `static-auth-secret`; Prosody reads it when it starts",
  turn_unexpected: "take the entries that nobody means out of `external_services`",
  component_missing:
    'Prosody\'s configuration needs the line `Component "conference.DOMAIN" "muc"`, and every module that its modules_enabled names; Prosody\'s log says which did not load',
  focus_missing:
    "start jicofo (systemctl status jicofo); if it runs, its password differs from Prosody's (jicofo.conf, `xmpp.client`)",
  focus_component_missing:
    'Prosody\'s configuration needs the line `Component "focus.DOMAIN" "client_proxy"` with `target_address`',
  focus_silent:
    "jicofo is logged in and does not answer: restart it, and look at /var/log/jitsi/jicofo.log (docker logs of `jicofo`)",
  focus_refused: "look at jicofo.conf (`authentication`) and at /var/log/jitsi/jicofo.log",
  focus_not_ready:
    "jicofo does not get into the room: look for the MUC component in Prosody's configuration, and at /var/log/jitsi/jicofo.log",
} as const satisfies Readonly<
  Record<SessionReason | ExtdiscoReason | FocusReason | "component_missing", string>
>;

type Sentence = (result: CheckResult) => string;

export const signalingSentences: Readonly<Record<string, Sentence>> = {
  ...websocketSentences,
  bosh_not_proxied: ({ target, message }) => `no BOSH at ${urlOf(target)}: ${message}`,
  stream_closed: ({ target, message }) =>
    message.startsWith("the server closed the WebSocket")
      ? `the WebSocket at ${urlOf(target)} opens, and is closed at once`
      : message,
  extdisco_missing: () => "Prosody tells nobody of a relay: it does not know the question",
  extdisco_forbidden: () => "Prosody tells of the relay in rooms only, or not at all: it is forbidden to ask",
  focus_not_ready: () => "jicofo does not get into the room",
  host_unknown: ({ target }) => `Prosody does not know the domain ${domainOf(target)}`,
  session_silent: () => "Prosody takes the connection and does not answer",
  component_missing: ({ message }) => `Prosody lacks its part for rooms: ${message}`,
  focus_missing: ({ target }) => `jicofo is not there: nobody answers for ${target}`,
  focus_component_missing: ({ target }) => `Prosody has no component ${target}, which stands for jicofo`,
  focus_silent: ({ target }) => `jicofo does not answer: ${target} is silent`,
  account_missing: ({ target }) => `Prosody has no such account: ${target}`,
  login_refused: ({ target }) => `name or password is wrong: ${target}`,
};

/** The `xmpp` kind's target is the WebSocket's address and the domain. */
function urlOf(target: string): string {
  return target.split(" ")[0] ?? target;
}

function domainOf(target: string): string {
  return target.split(" ").at(-1) ?? target;
}
