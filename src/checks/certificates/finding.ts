/** One thing that is wrong with a certificate. */
import type { Severity } from "../check.ts";
import type { Finding } from "../findings.ts";
import { type CertificateReason, certificateReasons } from "./certificate-reasons.ts";

export type CertificateFinding = Finding<CertificateReason>;

/** Of the table's own severity unless another is given. */
export function finding(reason: CertificateReason, message: string, severity?: Severity): CertificateFinding {
  return { reason, message, severity: severity ?? certificateReasons[reason].severity };
}
