/** Advice for ports that cannot be reached or do not speak TLS. */
import type { CheckResult } from "../../checks/check.ts";
import { unroutable } from "../routable.ts";
import type { CommonReason } from "../../checks/common-reasons.ts";
import type { ConnectReason, TlsReason } from "../../checks/connect/connect-reasons.ts";

export const connectAdvice = {
  resolve_failed:
    "give the name an A record (and AAAA for IPv6) at the DNS provider, or correct it where it is announced",
  port_closed:
    "start the service behind this port (systemctl status, docker ps); behind a router, forward the port to the server",
  unreachable:
    "there is no route from here: try from another network; if others fail too, the address in DNS is wrong",
  connect_timeout:
    "a firewall drops it: open the port at the provider's firewall, on the server (ufw, nftables) and on a router in front",
  connection_lost:
    "the server closes the connection at once: its log says why; a proxy in front without its backend does the same",
  address_refused:
    "announce the public address, or a name that leads to it; on that network yourself: --private",
  tls_expired: "renew the certificate, then let the service load it (nginx -s reload; coturn: kill -USR2)",
  tls_not_yet_valid: "compare the server's clock with this machine's: `timedatectl` on both",
  tls_self_signed:
    "get a certificate from Let's Encrypt (Debian: install-letsencrypt-cert.sh; docker: ENABLE_LETSENCRYPT=1), or give the own authority with --cacert",
  tls_untrusted: "serve the full chain (certbot's fullchain.pem), or give the own authority with --cacert",
  tls_name_mismatch:
    "get a certificate that holds this name, or correct the name; from a hotel or office network, try another one: it may stand in between",
  tls_not_spoken:
    "this port does not speak TLS: compare the web server's `listen` lines (`ssl`), and what a proxy in front passes on",
  tls_no_certificate: "the server holds no certificate for this name: get one for it, or correct the name",
  tls_refused:
    "the server ends the handshake: its log says why; often its certificate file, its protocol versions or its ciphers",
  tls_closed:
    "the server hangs up during the handshake: the service behind this port is down, or has no certificate yet",
  tls_no_answer: "something accepts connections and is silent: restart the service behind this port",
  tls_handshake_failed:
    "the TLS configuration of the server is damaged, or too old for today's browsers: its log says more",
} as const satisfies Readonly<Record<ConnectReason | TlsReason, string>>;

/** Of any check. */
export const commonAdvice = {
  timeout:
    "the server accepts connections and hangs: restart the service behind this port; a firewall that lets only the first packets through does the same",
  internal_error: "this is a defect in convene: please report it",
  invalid_spec: "this is a defect in convene: please report it",
  aborted: "run it again",
  not_asked: "run it again",
} as const satisfies Readonly<Record<CommonReason, string>>;

/** What the system's and OpenSSL's words mean. */
export const connectSentences: Readonly<Record<string, (result: CheckResult) => string>> = {
  address_refused: ({ target, evidence }) => {
    const address = String(evidence.address);
    const what = unroutable(address) ?? "not on the internet";
    return `${target} leads to ${address}, which is ${what}: nobody on the internet can reach it`;
  },
  timeout: ({ target }) => `${target} does not answer in time`,
  port_closed: ({ target }) => `nothing listens at ${target}`,
  unreachable: ({ target }) => `there is no route from here to ${target}`,
  connect_timeout: ({ target }) => `${target} does not answer: what is sent there gets lost`,
  tls_not_spoken: ({ target }) => `what answers at ${target} does not speak TLS`,
  tls_no_answer: ({ target }) => `${target} takes the connection and is silent when TLS should begin`,
  resolve_failed: ({ target }) => `DNS knows no address of ${hostOf(target)}`,
  tls_no_certificate: ({ target }) => `the server has no certificate for ${hostOf(target)}`,
  tls_refused: ({ target, message }) => `no TLS with ${target}: ${plain(message)}`,
  tls_closed: ({ target }) => `${target} hangs up before TLS begins`,
  tls_expired: ({ target, evidence }) =>
    `the certificate at ${target} has expired (${evidence.certificateUntil ?? "no date"})`,
  tls_not_yet_valid: ({ target }) => `the certificate at ${target} is not valid yet`,
  tls_self_signed: ({ target }) => `the certificate at ${target} is signed by itself and by no authority`,
  tls_untrusted: ({ target }) =>
    `the certificate at ${target} comes from nobody that is trusted, or without its chain`,
  tls_name_mismatch: ({ target, evidence }) =>
    `the certificate at ${target} is for another name (${evidence.certificateSubject ?? "none"})`,
  tls_handshake_failed: ({ target, message }) => `no TLS with ${target}: ${plain(message)}`,
};

/** `40D3…:error:0A00010B:SSL routines:tls_…:` and `:../deps/openssl/…:78:` around OpenSSL's words. */
const OPENSSL_PREFIX = /[0-9A-F]+:error:[0-9A-F]+:[^:]*:[^:]*:/;
const OPENSSL_PLACE = /:\.\.\/[^ ]*$/;

function plain(message: string): string {
  return message.replace(OPENSSL_PREFIX, "").replace(OPENSSL_PLACE, "");
}

/** Of `turn.example.org:5349/tls`, `wss://meet.example.org/xmpp-websocket meet.example.org`. */
function hostOf(target: string): string {
  return /^(?:\w+:\/\/)?(\[[^\]]+\]|[^:/ ]+)/.exec(target)?.[1] ?? target;
}
