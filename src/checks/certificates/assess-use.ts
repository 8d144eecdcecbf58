/** Whether a chain's certificates may be used for what they are used for, and how strong their keys and signatures are. */
import { type CertificateFinding, finding } from "./finding.ts";
import type { CertificateFacts } from "./read-certificate.ts";

/** RFC 5280 section 4.2.1.12: serverAuth, and any purpose. */
const FOR_SERVERS: readonly string[] = ["1.3.6.1.5.5.7.3.1", "2.5.29.37.0"];

/** Below this browsers and OpenSSL's security level 2 refuse (NIST SP 800-57 part 1: 112 bits of security). */
const MINIMUM_BITS: Readonly<Record<string, number>> = { rsa: 2048, "rsa-pss": 2048, dsa: 2048, ec: 256 };
const WEAK_HASHES: readonly string[] = ["MD2", "MD4", "MD5", "SHA-1"];

/** The path from the leaf upwards, as far as it was served. */
export function assessUse(path: readonly CertificateFacts[]): readonly CertificateFinding[] {
  return path.flatMap((certificate, depth) => [
    ...assessPurpose(certificate, depth),
    ...(depth > 0 ? assessAuthority(certificate, depth) : []),
    ...assessStrength(certificate),
  ]);
}

/** An authority without the extension may sign for any purpose; of a leaf Apple's devices want it (Apple, "Requirements for trusted certificates in iOS 13"). */
function assessPurpose(
  { purposes, subject }: CertificateFacts,
  depth: number,
): readonly CertificateFinding[] {
  if (purposes === undefined) {
    const message = `${subject} has no extended key usage; Apple's devices want serverAuth`;
    return depth === 0 ? [finding("cert_not_for_servers", message, "warning")] : [];
  }
  if (purposes.some((purpose) => FOR_SERVERS.includes(purpose))) return [];
  return [
    finding(
      "cert_not_for_servers",
      `${subject} is not meant for servers: its extended key usage lacks serverAuth`,
    ),
  ];
}

/** `depth` is its place in the path, so `depth - 1` authorities lie between it and the leaf. */
function assessAuthority(issuer: CertificateFacts, depth: number): readonly CertificateFinding[] {
  const { subject, pathLength } = issuer;
  const findings: CertificateFinding[] = [];
  if (!issuer.isAuthority) {
    findings.push(finding("cert_issuer_not_authority", `${subject} signed the next certificate and may not`));
  }
  if (pathLength !== undefined && depth - 1 > pathLength) {
    const message = `${subject} allows ${pathLength} authorities below it, there are ${depth - 1}`;
    findings.push(finding("cert_path_too_long", message));
  }
  return findings;
}

/** Nobody relies on the signature of a certificate that signed itself. */
function assessStrength(certificate: CertificateFacts): readonly CertificateFinding[] {
  const { key, signatureHash, subject, issuer } = certificate;
  const findings: CertificateFinding[] = [];
  if (key.bits !== undefined && key.bits < (MINIMUM_BITS[key.type] ?? 0)) {
    findings.push(finding("cert_weak_key", `${subject} has a ${key.type} key of ${key.bits} bits`));
  }
  if (signatureHash !== undefined && WEAK_HASHES.includes(signatureHash) && subject !== issuer) {
    findings.push(finding("cert_weak_signature", `${subject} is signed with ${signatureHash}`));
  }
  return findings;
}
