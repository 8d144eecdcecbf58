/** Which certificates have to be ordered. */
import type { DesiredCertificate } from "../model/desired-state.ts";
import type { ActualCertificate } from "../observe/actual-state.ts";
import type { Action, Cause } from "./action.ts";
import { actionId } from "./ids.ts";

export interface CertificateOptions {
  /** Domains whose last attempt failed too recently to try again (ACME servers count failures). */
  readonly held: ReadonlySet<string>;
  /** Domains whose certificate is due although nothing else changed. */
  readonly due: ReadonlySet<string>;
}

/** Orders are optional: a site runs on the self-signed certificate meanwhile, and says so. */
export function planCertificates(
  certificates: readonly DesiredCertificate[],
  present: ReadonlyMap<string, ActualCertificate>,
  options: CertificateOptions,
  dependsOn: (certificate: DesiredCertificate) => readonly string[],
): Action[] {
  return certificates.flatMap((certificate): Action[] => {
    if (options.held.has(certificate.domain)) return [];
    const why = judge(present.get(certificate.domain), options.due.has(certificate.domain));
    if (!why) return [];
    return [
      {
        kind: "issue-certificate",
        id: actionId.issueCertificate(certificate.domain),
        subject: `certificate/${certificate.domain}`,
        cause: why.cause,
        reason: why.reason,
        changes: [{ field: "issuer", before: why.before, after: new URL(certificate.directory).host }],
        disruption: "none",
        dependsOn: dependsOn(certificate),
        optional: true,
        certificate,
      },
    ];
  });
}

function judge(
  found: ActualCertificate | undefined,
  due: boolean,
): { cause: Cause; reason: string; before: string } | undefined {
  if (!found)
    return { cause: "new", reason: "there is no readable certificate for this name", before: "none" };
  if (found.selfSigned)
    return {
      cause: "new",
      reason: "the name is served with a self-signed certificate",
      before: "self-signed",
    };
  if (due)
    return { cause: "renewal", reason: "less than a quarter of its lifetime is left", before: "expiring" };
  return undefined;
}
