/** Served, on disk, wanted: which of the three is the odd one out. */
import type { CertificateFacts } from "./read-certificate.ts";
import { type CertificateFinding, finding } from "./finding.ts";
import { moment } from "./assess-dates.ts";
import { missingNames } from "./names.ts";

export interface WantedCertificate {
  readonly names: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Nothing when the same certificate is served and on disk: what is wrong with it is then said of the served one. */
export function comparePlaces(
  served: CertificateFacts,
  disk: CertificateFacts,
  wanted: WantedCertificate,
): readonly CertificateFinding[] {
  if (served.fingerprint === disk.fingerprint) return [];
  const servedFaults = faults(served, wanted);
  const diskFaults = faults(disk, wanted);
  const differ = `served until ${describe(served)}, on disk until ${describe(disk)}`;
  if (diskFaults.length === 0) {
    // While the old one still does, people can meet.
    const severity = servedFaults.length === 0 ? "warning" : "critical";
    return [finding("served_not_on_disk", `${differ}: the service has not loaded it`, severity)];
  }
  const why = `the one on disk ${diskFaults.join(" and ")}`;
  if (servedFaults.length === 0)
    return [finding("disk_not_served", `${differ}: ${why}, the served one is right`)];
  return [finding("disk_not_wanted", `${differ}: ${why}, and the served one is wrong as well`)];
}

function describe({ notAfter, fingerprint }: CertificateFacts): string {
  return `${moment(notAfter)} (${fingerprint.slice(0, 12)}…)`;
}

function faults(certificate: CertificateFacts, { names, now }: WantedCertificate): readonly string[] {
  const missing = missingNames(certificate, names);
  return [
    ...(now > certificate.notAfter ? [`expired on ${moment(certificate.notAfter)}`] : []),
    ...(now < certificate.notBefore ? [`begins on ${moment(certificate.notBefore)}`] : []),
    ...(missing.length > 0 ? [`does not cover ${missing.join(", ")}`] : []),
    ...(certificate.subject === certificate.issuer ? ["is self-signed"] : []),
  ];
}
