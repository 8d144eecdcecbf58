/** What can be wrong with a certificate, worst first where severities are equal. */
import type { ReasonTable } from "../check-kind.ts";

export const certificateReasons = {
  cert_expired: {
    severity: "critical",
    certain: true,
    hint: "renewal has failed for weeks: convene logs proxy shows certbot's words; then the service must load the new file",
  },
  cert_issuer_expired: {
    severity: "critical",
    certain: true,
    hint: "the certificate is good, an authority's in its chain is not: the service's file must hold the fullchain.pem of the last renewal",
  },
  cert_not_yet_valid: {
    severity: "critical",
    certain: true,
    hint: "the certificate begins in the future: compare the clocks, convene check host",
  },
  cert_name_mismatch: {
    severity: "critical",
    hint: "the certificate does not cover every name used here: declare the name as a route or `Certificate`",
  },
  cert_not_for_servers: {
    severity: "critical",
    hint: "its extended key usage must list serverAuth: issue it again from a profile for web servers",
  },
  tls_protocol_old: {
    severity: "critical",
    hint: 'browsers refuse TLS below 1.2: raise the minimum in the service (HAProxy `ssl-min-ver TLSv1.2`, Prosody `protocol = "tlsv1_2+"`)',
  },
  cert_chain_incomplete: {
    severity: "critical",
    hint: "the intermediate certificate is not sent: the service's file must hold certbot's fullchain.pem, not cert.pem",
  },
  cert_issuer_not_authority: {
    severity: "critical",
    hint: "an issuer in the chain may not sign certificates (basicConstraints CA, keyUsage keyCertSign): issue it again from a real authority",
  },
  cert_path_too_long: {
    severity: "critical",
    hint: "an authority in the chain allows fewer authorities below it (pathLenConstraint): issue the certificate from the authority above",
  },
  cert_untrusted_root: {
    severity: "critical",
    hint: "the chain leads to a private root: compare the Site's ACME directory; a root of your own is trusted by `acme.rootFile` in /etc/convene/config.yaml",
  },
  cert_untrusted_issuer: {
    severity: "critical",
    hint: "the issuer is neither sent nor trusted: serve the full chain (fullchain.pem); a root of your own is trusted by `acme.rootFile` in /etc/convene/config.yaml",
  },
  cert_self_signed: {
    severity: "critical",
    hint: "no issued certificate yet: convene logs proxy shows what certbot and the ACME server said",
  },
  disk_key_mismatch: {
    severity: "critical",
    hint: "/var/certs holds a key of another certificate, and the next start of a service fails on it: run cert-deploy DOMAIN in the proxy",
  },
  disk_not_wanted: {
    severity: "critical",
    hint: "neither what is served nor what is on disk is what the manifests want: convene logs proxy shows what certbot said when it last tried",
  },
  served_not_on_disk: {
    severity: "critical",
    hint: "the running service did not load the file on disk: convene reconcile hands it over; by hand `systemctl reload haproxy`, and for coturn, which does it on SIGUSR2 only, `systemctl kill -s USR2 coturn`",
  },
  cert_weak_key: {
    severity: "warning",
    hint: "issue it again with an RSA key of 2048 bits or more, or an EC key of 256: browsers refuse less",
  },
  cert_weak_signature: {
    severity: "warning",
    hint: "it is signed with a broken hash (MD5 or SHA-1): issue it again",
  },
  cert_wrong_order: {
    severity: "warning",
    hint: "some clients want each certificate after the one it signed: put the file in order, certbot's fullchain.pem is",
  },
  disk_not_served: {
    severity: "warning",
    hint: "the file on disk is the worse one, and the next restart serves it: run cert-deploy DOMAIN in the proxy, which puts certbot's latest there",
  },
  disk_unreadable: {
    severity: "warning",
    hint: "the certificate on disk is missing or damaged: convene logs proxy shows certbot's last run",
  },
  disk_key_missing: {
    severity: "warning",
    hint: "the key beside the certificate in /var/certs is missing: run cert-deploy DOMAIN in the proxy",
  },
  cert_expiring: {
    severity: "warning",
    certain: true,
    hint: "ACME clients renew at one third of the lifetime left, so renewal is failing: convene logs proxy shows certbot's words",
  },
  cert_issuer_expiring: {
    severity: "warning",
    certain: true,
    hint: "an authority in the chain expires before the certificate: renew it in time, certbot brings the new chain",
  },
} as const satisfies ReasonTable<string>;

export type CertificateReason = keyof typeof certificateReasons;
