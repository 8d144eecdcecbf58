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
  unauthorized: {
    severity: "critical",
    hint: "coturn does not know this secret, or its clock is off: compare `static-auth-secret` with the generated secret (convene reconcile puts it back) and the clocks (convene check host)",
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
  private_peer_allowed: {
    severity: "critical",
    hint: "the relay reaches addresses it must not: turnserver.conf lacks a `denied-peer-ip` line for them",
  },
  data_lost: {
    severity: "critical",
    hint: "allocated and permitted, but nothing comes through: look for `max-bps`/`bps-capacity` in turnserver.conf, and for a firewall between coturn and its own relay address",
  },
  bad_integrity: {
    severity: "critical",
    hint: "the answer was not made by a server that knows the secret: something stands in between",
  },
} as const satisfies ReasonTable<string>;

export type TurnReason = keyof typeof turnReasons;
