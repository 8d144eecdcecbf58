/** Advice and sentences for a WebSocket that does not come up, as it is met from outside. */
import type { CheckResult } from "../../checks/check.ts";
import type { UpgradeReason } from "../../checks/websocket/upgrade-reasons.ts";

const LOCATION =
  "nginx needs `location = /xmpp-websocket` with the Upgrade and Connection headers, to Prosody's port 5280; so does a proxy in front";
const HEADERS =
  "the proxies in between must pass on Upgrade, Connection and the Sec-WebSocket headers, and speak HTTP/1.1 to nginx and Prosody";
const PROSODY_LOG = "/var/log/prosody/prosody.log; docker logs of `prosody`";

export const websocketAdvice = {
  websocket_is_page: LOCATION,
  websocket_not_found: LOCATION,
  websocket_forbidden: "a rule of a proxy in front denies the path: it must let /xmpp-websocket through",
  websocket_redirected:
    "browsers do not follow a redirect of a WebSocket: correct the proxy, or the address in config.js",
  websocket_refused: `look into the log of whoever answered; ${LOCATION}`,
  upgrade_not_passed: HEADERS,
  subprotocol_not_passed: HEADERS,
  websocket_bad_request: HEADERS,
  websocket_dropped: HEADERS,
  websocket_bad_handshake: "another service is behind this path: look where it leads",
  websocket_closed: `Prosody or a proxy ends the connection (${PROSODY_LOG})`,
  websocket_no_answer: `nginx or Prosody hangs: restart it (${PROSODY_LOG})`,
  prosody_down: `start Prosody (systemctl status prosody; ${PROSODY_LOG})`,
  prosody_silent: `Prosody hangs or is overloaded: restart it (${PROSODY_LOG})`,
  backend_down:
    "the proxy in front has no living web server for this name: look whether nginx runs behind it",
} as const satisfies Readonly<Record<UpgradeReason, string>>;

type Sentence = (result: CheckResult) => string;

const unreached: Sentence = ({ target, evidence }) =>
  `the WebSocket does not reach Prosody: ${urlOf(target)} answers ${evidence.status}, from ${evidence.answeredBy}`;
const unopened: Sentence = ({ target, message }) => `no WebSocket at ${urlOf(target)}: ${message}`;

export const websocketSentences = {
  websocket_is_page: ({ target, evidence }) =>
    `the WebSocket does not reach Prosody: ${urlOf(target)} answers ${evidence.status}, as a page does`,
  websocket_not_found: unreached,
  websocket_forbidden: unreached,
  websocket_redirected: unreached,
  websocket_refused: unreached,
  upgrade_not_passed: unreached,
  subprotocol_not_passed: unopened,
  websocket_bad_request: unreached,
  websocket_dropped: unopened,
  websocket_bad_handshake: unopened,
  websocket_closed: unopened,
  websocket_no_answer: unopened,
  prosody_down: ({ evidence }) => `the web server is there, but not Prosody behind it (${evidence.status})`,
  prosody_silent: ({ evidence }) => `the web server waits for Prosody in vain (${evidence.status})`,
  backend_down: ({ evidence }) => `the proxy is there, but no web server behind it (${evidence.status})`,
} as const satisfies Readonly<Record<UpgradeReason, Sentence>>;

/** The address stands before the domain. */
function urlOf(target: string): string {
  return target.split(" ")[0] ?? target;
}
