/** Reasons for not reaching a peer, shared by every kind that opens a connection. */
import type { ReasonTable } from "../check-kind.ts";

export const connectReasons = {
  resolve_failed: {
    severity: "critical",
    hint: "check the name's A and AAAA records at your DNS provider: convene check host",
  },
  port_closed: {
    severity: "critical",
    hint: "the service that should listen there does not run, or listens elsewhere: convene logs CONTAINER says why",
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

/** Reasons a TLS handshake does not come to its end for, whatever the certificate. */
export const handshakeReasons = {
  tls_not_spoken: {
    severity: "critical",
    hint: "another protocol answers on this port: compare the check's `port:`, `scheme:` or `starttls:` with the service's configuration",
  },
  tls_no_certificate: {
    severity: "critical",
    hint: "the proxy holds no certificate for this name: declare it as a route or `Certificate`; convene logs proxy shows what certbot said",
  },
  tls_refused: {
    severity: "critical",
    hint: "the server ended the handshake with an alert: its protocol versions, ciphers or certificate file do not suit; its own log says which",
  },
  tls_closed: {
    severity: "critical",
    hint: "it accepts connections but hangs up: the service behind this port is down or has no certificate yet (convene status)",
  },
  tls_no_answer: {
    severity: "critical",
    hint: "something accepts connections and is silent: a hung service, or a firewall that lets only the first packets through",
  },
  tls_handshake_failed: {
    severity: "critical",
    hint: "the words of the TLS library are in the message: the server's TLS configuration is damaged or not for today's clients",
  },
} as const satisfies ReasonTable<string>;

export type HandshakeReason = keyof typeof handshakeReasons;

/** Reasons a TLS connection is refused for, the certificate it brought included. */
export const tlsReasons = {
  ...handshakeReasons,
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
} as const satisfies ReasonTable<string>;

export type TlsReason = keyof typeof tlsReasons;

const byTls = ["tls"];

/** What is wrong with a certificate is the `tls` check's to tell, for every kind that connects over TLS. */
export const explainedByTls = {
  tls_no_certificate: byTls,
  tls_expired: byTls,
  tls_not_yet_valid: byTls,
  tls_self_signed: byTls,
  tls_untrusted: byTls,
  tls_name_mismatch: byTls,
} as const satisfies Partial<Record<TlsReason, readonly string[]>>;
