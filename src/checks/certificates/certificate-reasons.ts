/** What can be wrong with a certificate, worst first where severities are equal. */
import type { ReasonTable } from "../check-kind.ts";

export const certificateReasons = {
  cert_expired: {
    severity: "critical",
    certain: true,
    hint: "renewal has failed for weeks: convene logs proxy shows certbot's words; then the service must load the new file",
  },
  cert_not_yet_valid: {
    severity: "critical",
    certain: true,
    hint: "the certificate begins in the future: compare the clocks, convene check host",
  },
  cert_name_mismatch: {
    severity: "critical",
    certain: true,
    hint: "the certificate does not cover every name used here: declare the name as a route or `Certificate`",
  },
  cert_chain_incomplete: {
    severity: "critical",
    hint: "the intermediate certificate is not sent: the service's file must hold certbot's fullchain.pem, not cert.pem",
  },
  cert_untrusted_issuer: {
    severity: "critical",
    hint: "the issuer is not among the trusted roots: compare the Site's ACME directory; a lab's root goes into extraRoots",
  },
  cert_self_signed: {
    severity: "critical",
    hint: "no issued certificate yet: convene logs proxy shows what certbot and the ACME server said",
  },
  cert_weak_key: {
    severity: "warning",
    hint: "issue it again with an RSA key of 2048 bits or more, or an EC key of 256: browsers refuse less",
  },
  cert_weak_signature: {
    severity: "warning",
    hint: "it is signed with a broken hash (MD5 or SHA-1): issue it again",
  },
  served_not_on_disk: {
    severity: "critical",
    hint: "the running service did not load the file on disk: convene reconcile hands it over (HAProxy's runtime API, SIGUSR2 for coturn)",
  },
  disk_unreadable: {
    severity: "warning",
    hint: "the certificate on disk is missing or damaged: convene logs proxy shows certbot's last run",
  },
  cert_expiring: {
    severity: "warning",
    certain: true,
    hint: "ACME clients renew at one third of the lifetime left, so renewal is failing: convene logs proxy shows certbot's words",
  },
} as const satisfies ReasonTable<string>;

export type CertificateReason = keyof typeof certificateReasons;
