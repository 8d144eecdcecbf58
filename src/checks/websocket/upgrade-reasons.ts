/** Reasons for a WebSocket that does not come up: who of HAProxy, nginx and Prosody answered in its place, and why. */
import type { ReasonTable } from "../check-kind.ts";

export const upgradeReasons = {
  websocket_forbidden: {
    severity: "critical",
    hint: "HAProxy has no route for this name, or a rule denies the path: `service/haproxy/acl/…` in Consul, convene status for rejected keys",
  },
  websocket_is_page: {
    severity: "critical",
    hint: "the page answers in the WebSocket's place: `location = /xmpp-websocket` is missing in /etc/nginx/nginx.conf of the container jitsi, or another location wins",
  },
  upgrade_not_passed: {
    severity: "critical",
    hint: "a plain request arrived: the proxies in between must pass Upgrade, Connection and the Sec-WebSocket headers on",
  },
  websocket_dropped: {
    severity: "critical",
    hint: "open and gone: at this location nginx needs `proxy_http_version 1.1` and `proxy_set_header Connection $connection_upgrade`, without which Prosody answers 101 and hangs up",
  },
  subprotocol_not_passed: {
    severity: "critical",
    hint: "Prosody was not asked for the subprotocol xmpp: a proxy in between drops the header Sec-WebSocket-Protocol",
  },
  websocket_not_found: {
    severity: "critical",
    hint: "nobody knows this path: compare `location = /xmpp-websocket` in nginx.conf with the check's `path:`; when Prosody says it, its module websocket is not loaded",
  },
  websocket_bad_request: {
    severity: "critical",
    hint: "the request is refused as no WebSocket's: a proxy in between changes its headers (Upgrade, Connection, Sec-WebSocket-Key)",
  },
  websocket_redirected: {
    severity: "critical",
    hint: "browsers do not follow a redirect of a WebSocket: correct the route in HAProxy, or the URL in config.js",
  },
  prosody_down: {
    severity: "critical",
    hint: "nginx is there and Prosody is not: convene logs jitsi says why prosody.service does not run",
  },
  prosody_silent: {
    severity: "critical",
    hint: "nginx is there and waits for Prosody in vain: it hangs or is overloaded (convene logs jitsi)",
  },
  backend_down: {
    severity: "critical",
    hint: "HAProxy has no living server for this name: convene status shows whether the container jitsi and its nginx run",
  },
  websocket_refused: {
    severity: "critical",
    hint: "the status in the message comes from whoever the message names: look into its log (convene logs jitsi, convene logs proxy)",
  },
  websocket_bad_handshake: {
    severity: "critical",
    hint: "the answer is no WebSocket handshake (RFC 6455 section 4.1): another service is behind this path",
  },
  websocket_closed: {
    severity: "critical",
    hint: "the connection ended before the WebSocket was open: a crashing service or a proxy's timeout (convene logs jitsi)",
  },
  websocket_no_answer: {
    severity: "critical",
    hint: "the request is not answered: nginx or Prosody hangs (convene logs jitsi)",
  },
} as const satisfies ReasonTable<string>;

export type UpgradeReason = keyof typeof upgradeReasons;
