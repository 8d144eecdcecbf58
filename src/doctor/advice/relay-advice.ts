/** Advice and sentences for STUN and TURN servers as they are met from outside. */
import type { CheckResult } from "../../checks/check.ts";
import type { StunReason } from "../../checks/stun/stun-reasons.ts";
import type { TurnReason } from "../../checks/turn/turn-reasons.ts";

const COTURN = "turnserver.conf";
const SAME_SECRET =
  "the secret of Prosody (`external_service_secret`) and of coturn (`static-auth-secret`) must be the same, and both clocks right";

export const relayAdvice = {
  no_answer:
    "start coturn (systemctl status coturn), and open its UDP port in every firewall and router in front of it",
  bad_answer:
    "something else answers on this port: compare the announced port with `listening-port` in turnserver.conf",
  wrong_source:
    "the answer comes from another address than was asked, and a NAT throws it away: coturn must answer from the address it is asked at (`listening-ip`, one for each address of the server)",
  secret_missing: SAME_SECRET,
  no_authentication: `anybody may use this relay: ${COTURN} needs \`use-auth-secret\` and no \`no-auth\``,
  no_challenge: `what answers is no TURN server, or ${COTURN} lacks \`use-auth-secret\` and \`realm\``,
  wrong_realm: `compare \`realm\` in ${COTURN}`,
  redirected: `remove \`alternate-server\` from ${COTURN}: browsers do not follow it everywhere`,
  wrong_secret: SAME_SECRET,
  clock_ahead: "set the TURN server's clock right (timedatectl)",
  clock_behind: "set the TURN server's clock right (timedatectl)",
  expired_credential: "set Prosody's clock right (timedatectl), and look at `ttl` in `external_services`",
  credential_refused: SAME_SECRET,
  nonce_always_stale: `several servers behind one address share no nonces: look at \`stale-nonce\` in ${COTURN}`,
  address_in_use: "try again in some minutes: a NAT in between lets all come from one port",
  quota_reached: `raise \`total-quota\` and \`user-quota\` in ${COTURN}`,
  no_capacity: `widen \`min-port\` to \`max-port\` in ${COTURN}`,
  forbidden: `look for \`denied-…\` and \`allowed-…\` lines in ${COTURN}`,
  allocate_failed: "coturn's log says why (journalctl -u coturn)",
  allocate_timeout: "coturn answers and then falls silent: its log says why (journalctl -u coturn)",
  wrong_relayed_address: `\`external-ip\` in ${COTURN} must be the public address`,
  wrong_relayed_port: `compare \`min-port\` and \`max-port\` in ${COTURN} with the firewall`,
  forbidden_peer: `${COTURN} denies its own public address: remove it from \`denied-peer-ip\``,
  permission_failed: "coturn's log says why (journalctl -u coturn)",
  permission_timeout: "coturn answers and then falls silent: its log says why (journalctl -u coturn)",
  refresh_failed: "coturn ended what was in use: its log says why (journalctl -u coturn)",
  bridge_denied: `${COTURN} needs \`allowed-peer-ip=\` with the videobridge's address`,
  private_peer_allowed: `add \`denied-peer-ip\` lines for the private ranges to ${COTURN}, and \`allowed-peer-ip\` for the videobridge alone`,
  tcp_relay_allowed: `add \`no-tcp-relay\` to ${COTURN}`,
  data_lost: `open \`min-port\` to \`max-port\` of ${COTURN} for UDP in every firewall; behind NAT it needs \`external-ip=PUBLIC/PRIVATE\``,
  own_relay_unreachable: `behind NAT ${COTURN} needs \`external-ip=PUBLIC/PRIVATE\`, or the router must send back what goes to the public address`,
  relay_range_closed: `open \`min-port\` to \`max-port\` of ${COTURN} for UDP in every firewall and router; behind NAT it needs \`external-ip=PUBLIC/PRIVATE\``,
  relay_replies_lost: "a firewall drops UDP that leaves the TURN server from its relay ports",
  bad_integrity: SAME_SECRET,
} as const satisfies Readonly<Record<StunReason | TurnReason | "wrong_source", string>>;

type Sentence = (result: CheckResult) => string;

export const relaySentences: Readonly<Record<string, Sentence>> = {
  no_authentication: ({ target }) => `${target} asks for no credential: anybody may use this relay`,
  no_answer: ({ target }) => `${target} does not answer: what is sent there gets lost`,
  credential_refused: ({ target }) => `${target} refuses the credential that the site hands out`,
  no_challenge: ({ target, message }) => `${target} is no TURN server for Jitsi: ${message}`,
  relay_range_closed: ({ target, evidence }) =>
    `${target} gives a relay at ${evidence.relayedAddress}:${evidence.relayedPort}, and nothing sent there arrives`,
  data_lost: ({ target }) =>
    `${target} gives a relay, and what is sent through it to its own address does not come back`,
};
