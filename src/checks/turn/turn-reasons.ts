/** Reasons of the TURN ladder, one for each way a rung can fail. */
import type { ReasonTable } from "../check-kind.ts";

export const turnReasons = {
  secret_missing: {
    severity: "critical",
    hint: "the check's `secret:` must name a secret that a container lists under `secrets:`",
  },
  no_authentication: {
    severity: "critical",
    hint: "anybody may use this relay: turnserver.conf must have `use-auth-secret` and no `no-auth`",
  },
  no_challenge: {
    severity: "critical",
    hint: "the server does not ask for a credential as RFC 8656 says: compare turnserver.conf with the catalogue's template",
  },
  wrong_realm: {
    severity: "critical",
    hint: "turnserver.conf's `realm` differs from the domain: the KV key service/coturn/domain or the check's `realm:` is wrong",
  },
  redirected: {
    severity: "critical",
    hint: "the server sends clients to another one, which is not followed: remove `alternate-server` from turnserver.conf, or check that server",
  },
  wrong_secret: {
    severity: "critical",
    hint: "coturn does not know this secret: `static-auth-secret` in turnserver.conf differs from the generated `turn-secret` (convene reconcile puts it back)",
  },
  clock_ahead: {
    severity: "critical",
    hint: "the TURN server's clock is ahead of this one, so that it takes fresh credentials for expired: compare both (timedatectl, convene check host) and switch on time synchronisation",
  },
  clock_behind: {
    severity: "warning",
    hint: "the TURN server takes credentials that expired an hour ago: its clock is behind (timedatectl, convene check host), or it does not look at the expiry",
  },
  expired_credential: {
    severity: "critical",
    hint: "Prosody hands out TURN credentials that have expired already: compare its clock with this one, and `ttl` in `external_services`",
  },
  credential_refused: {
    severity: "critical",
    hint: "coturn refuses the credential: `external_service_secret` of Prosody and `static-auth-secret` in turnserver.conf differ, or one of their clocks is off",
  },
  nonce_always_stale: {
    severity: "critical",
    hint: "the server calls each of its own nonces stale: several servers behind one address, or something in between; look at `stale-nonce` in turnserver.conf",
  },
  address_in_use: {
    severity: "critical",
    hint: "coturn holds an earlier allocation for every port we came from: a NAT in between maps us to one port; restart coturn",
  },
  quota_reached: {
    severity: "critical",
    hint: "no allocation is left: raise `total-quota`/`user-quota` in turnserver.conf, or look who holds them",
  },
  no_capacity: {
    severity: "critical",
    hint: "no relay port is free: widen the turn component's `relayPorts`",
  },
  forbidden: {
    severity: "critical",
    hint: "turnserver.conf forbids this client: look for `denied-…` and `allowed-…` lines",
  },
  allocate_failed: {
    severity: "critical",
    hint: "convene logs turn shows why coturn refused the allocation",
  },
  allocate_timeout: {
    severity: "critical",
    hint: "the challenge was answered but the allocation was not: convene logs turn",
  },
  wrong_relayed_address: {
    severity: "critical",
    hint: "`external-ip` in turnserver.conf is not the Site's public address: correct `addresses.public` in site.yaml",
  },
  wrong_relayed_port: {
    severity: "critical",
    hint: "the relay port lies outside the ports that are open: `min-port`/`max-port` and the component's `relayPorts` differ",
  },
  forbidden_peer: {
    severity: "critical",
    hint: "turnserver.conf denies this peer: it needs an `allowed-peer-ip` line",
  },
  permission_failed: {
    severity: "critical",
    hint: "convene logs turn shows why coturn refused the permission",
  },
  permission_timeout: {
    severity: "critical",
    hint: "coturn stopped answering after the allocation: convene logs turn",
  },
  refresh_failed: {
    severity: "critical",
    hint: "coturn ended an allocation that was in use: convene logs turn says why; a restart of the container does it",
  },
  bridge_denied: {
    severity: "critical",
    hint: "relayed media cannot reach this bridge: turnserver.conf needs an `allowed-peer-ip` line for its address, which the catalogue's template writes for each bridge",
  },
  private_peer_allowed: {
    severity: "critical",
    hint: "the relay reaches addresses it must not: turnserver.conf lacks a `denied-peer-ip` line for them",
  },
  tcp_relay_allowed: {
    severity: "warning",
    hint: "anybody with a credential can open TCP connections from this host, which no meeting needs: turnserver.conf lacks `no-tcp-relay`",
  },
  data_lost: {
    severity: "critical",
    hint: "allocated and permitted, but nothing comes through: a firewall drops UDP at coturn's own relay ports (`min-port`-`max-port`), or `max-bps`/`bps-capacity` in turnserver.conf leaves no room",
  },
  own_relay_unreachable: {
    severity: "warning",
    hint: "the relay carries data, but not to its own public address: two relayed people cannot reach each other; write `external-ip=PUBLIC/PRIVATE` in turnserver.conf, or let the router send back what goes to the public address",
  },
  relay_range_closed: {
    severity: "critical",
    hint: "packets from here do not arrive at the relayed port: open the whole range `min-port`-`max-port` for UDP in every firewall, router and container (`relayPorts` of the turn component)",
  },
  relay_replies_lost: {
    severity: "critical",
    hint: "what the relay sends to addresses outside does not arrive: a firewall drops UDP that leaves the TURN server from its relay ports",
  },
  bad_integrity: {
    severity: "critical",
    hint: "the answer was not made by a server that knows the secret: something stands in between",
  },
} as const satisfies ReasonTable<string>;

export type TurnReason = keyof typeof turnReasons;
