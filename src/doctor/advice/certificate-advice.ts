/** Advice for certificates that browsers refuse, or soon will. */
import type { CertificateReason } from "../../checks/certificates/certificate-reasons.ts";

export const certificateAdvice: Readonly<Partial<Record<CertificateReason, string>>> = {
  cert_expired:
    "renew it (certbot renew) and let the service load it (nginx -s reload; coturn: systemctl kill -s USR2 coturn)",
  cert_not_yet_valid: "compare the server's clock with this machine's: `timedatectl` on both",
  cert_name_mismatch:
    "get a certificate that holds this name, or correct the name; from a hotel or office network, try another one: it may stand in between",
  cert_chain_incomplete:
    "let the service send certbot's fullchain.pem instead of cert.pem: browsers often help themselves, phones and other programs do not",
  cert_untrusted_issuer:
    "get a certificate from an authority that browsers know, such as Let's Encrypt, or give the own one with --cacert",
  cert_untrusted_root:
    "get a certificate from an authority that browsers know, such as Let's Encrypt, or give the own root with --cacert",
  cert_issuer_expired:
    "the chain is out of date: let the service send the fullchain.pem of the last renewal, and load it",
  cert_not_for_servers: "issue it again from a profile for web servers (extended key usage serverAuth)",
  cert_issuer_not_authority:
    "issue it again from a real authority: the issuer in the chain may not sign certificates",
  cert_path_too_long: "issue it from the authority above: the one used allows no further one below it",
  cert_wrong_order:
    "put the file in order, each certificate after the one it signed; certbot's fullchain.pem is",
  cert_issuer_expiring: "renew it in time: an authority in the chain expires first",
  tls_protocol_old: "allow TLS 1.2 and 1.3 in the web server (nginx: ssl_protocols TLSv1.2 TLSv1.3)",
  cert_self_signed:
    "get a certificate from Let's Encrypt (Debian: install-letsencrypt-cert.sh; docker: ENABLE_LETSENCRYPT=1); to look further now: --allow-self-signed",
  cert_weak_key: "issue it again with an RSA key of 2048 bits or more, or an EC key of 256",
  cert_weak_signature: "issue it again: it is signed with a broken hash",
  cert_expiring:
    "renewal is failing: `certbot renew --dry-run` on the server says why; port 80 must lead to it",
};
