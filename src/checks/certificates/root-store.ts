/** Trusted roots, found by subject, so that a chain is checked without parsing all of them each time. */
import { X509Certificate } from "node:crypto";

export interface RootStore {
  /** Trusted certificates whose subject is `subject` (as node:crypto prints it). */
  bySubject(subject: string): readonly X509Certificate[];
  has(certificate: X509Certificate): boolean;
}

/** Reads PEM roots, one or several in each text; what OpenSSL cannot read is left out, as a TLS client would. */
export function createRootStore(pems: readonly string[]): RootStore {
  const bySubject = new Map<string, X509Certificate[]>();
  const fingerprints = new Set<string>();
  for (const pem of pems.flatMap(certificatesIn)) {
    const certificate = readCertificate(pem);
    if (certificate === undefined) continue;
    fingerprints.add(certificate.fingerprint256);
    const known = bySubject.get(certificate.subject);
    if (known === undefined) bySubject.set(certificate.subject, [certificate]);
    else known.push(certificate);
  }
  return {
    bySubject: (subject) => bySubject.get(subject) ?? [],
    has: (certificate) => fingerprints.has(certificate.fingerprint256),
  };
}

function certificatesIn(pem: string): readonly string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
}

function readCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}
