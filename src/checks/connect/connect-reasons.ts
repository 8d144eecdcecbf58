/** Reasons for not reaching a peer, shared by every kind that opens a connection. */
import type { ReasonTable } from "../check-kind.ts";

export const connectReasons = {
  resolve_failed: {
    severity: "critical",
    hint: "check the name's A and AAAA records at your DNS provider: convene check host",
  },
  port_closed: {
    severity: "critical",
    hint: "nothing listens there: convene status shows whether the container runs and owns the port; convene logs CONTAINER says why not",
  },
  unreachable: {
    severity: "critical",
    hint: "there is no route: compare `addresses.listen` of the Site with `ip address` on the host",
  },
  connect_timeout: {
    severity: "critical",
    hint: "packets get lost: a firewall in front of the host or on it drops this port (convene check host names foreign ones)",
  },
  connection_lost: {
    severity: "critical",
    hint: "the other side closed the connection: convene logs CONTAINER says why",
  },
  address_refused: {
    severity: "critical",
    hint: "only addresses on the internet are contacted for a foreign server; `convene doctor --private` contacts others too",
  },
} as const satisfies ReasonTable<string>;

export type ConnectReason = keyof typeof connectReasons;

/** Reasons a TLS handshake or the certificate it brought can be refused for. */
export const tlsReasons = {
  tls_expired: {
    severity: "critical",
    hint: "the served certificate has expired: the `tls` check of this port says whether a newer one is on disk",
  },
  tls_not_yet_valid: {
    severity: "critical",
    hint: "the certificate begins in the future: compare the clocks, convene check host",
  },
  tls_self_signed: {
    severity: "critical",
    hint: "no trusted certificate yet: see the CertificatesTrusted condition, or set `allowSelfSigned: true` in the check",
  },
  tls_untrusted: {
    severity: "critical",
    hint: "the issuer is not trusted: the file must hold the full chain (certbot's fullchain.pem)",
  },
  tls_name_mismatch: {
    severity: "critical",
    hint: "the certificate is for another name: declare the name as a route or `Certificate`, or correct the check's `host:`",
  },
  tls_handshake_failed: {
    severity: "critical",
    hint: "this port does not speak TLS, or not with us: compare the check's `port:` with the service's configuration",
  },
} as const satisfies ReasonTable<string>;

export type TlsReason = keyof typeof tlsReasons;
