/** Judges a certificate chain. Pure: chain, expectation and time in, every fault out, worst first. */
import { isIP } from "node:net";
import type { Severity } from "../check.ts";
import { type CertificateReason, certificateReasons } from "./certificate-reasons.ts";
import { followChain } from "./follow-chain.ts";
import type { CertificateFacts } from "./read-certificate.ts";
import type { RootStore } from "./root-store.ts";

export interface CertificateExpectation {
  /** Names and IP addresses that must be covered. */
  readonly names: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly roots: RootStore;
  /** An unknown issuer is only said (`info`), and the name then as well: a first boot's certificate is replaced soon. */
  readonly allowSelfSigned?: boolean;
  /** Days left; without them 1/4 and 1/8 of the lifetime. */
  readonly warnDays?: number | undefined;
  readonly criticalDays?: number | undefined;
  /** Fingerprint (CertificateFacts) of the certificate that should be served. */
  readonly diskFingerprint?: string | undefined;
}

export interface CertificateFinding {
  readonly reason: CertificateReason;
  readonly severity: Severity;
  readonly message: string;
}

const DAY_MS = 86_400_000;
const SEVERITY_ORDER: readonly Severity[] = ["critical", "warning", "info", "ok"];

/** All findings about a chain, leaf first; none when it is good. An empty chain finds nothing. */
export function assessChain(
  chain: readonly CertificateFacts[],
  expectation: CertificateExpectation,
): readonly CertificateFinding[] {
  const [leaf] = chain;
  if (leaf === undefined) return [];
  const followed = followChain(chain, expectation.roots);
  const tolerated = followed.fault !== undefined && expectation.allowSelfSigned === true;
  const untrusted =
    followed.fault === undefined ? [] : [finding(followed.fault.reason, followed.fault.message)];
  const names = assessNames(leaf, expectation.names);
  const findings = [
    ...(tolerated ? [...untrusted, ...names].map(asInformation) : [...untrusted, ...names]),
    ...followed.path.flatMap((certificate) => assessValidity(certificate, expectation.now)),
    ...assessExpiry(leaf, expectation),
    ...followed.path.flatMap(assessStrength),
    ...assessServed(leaf, expectation.diskFingerprint),
  ];
  return findings.toSorted(worstFirst);
}

function assessNames(leaf: CertificateFacts, names: readonly string[]): readonly CertificateFinding[] {
  const missing = names.filter((name) => !covers(leaf, name));
  if (missing.length === 0) return [];
  const has = leaf.names.length === 0 ? "no names" : leaf.names.join(", ");
  return [finding("cert_name_mismatch", `${missing.join(", ")} not covered; the certificate has ${has}`)];
}

/** As browsers do: only the subject alternative names count (RFC 9525 section 2). */
function covers(leaf: CertificateFacts, name: string): boolean {
  if (isIP(name) !== 0) return leaf.x509.checkIP(name) !== undefined;
  return leaf.x509.checkHost(name, { subject: "never" }) !== undefined;
}

function assessValidity(certificate: CertificateFacts, now: number): readonly CertificateFinding[] {
  if (now < certificate.notBefore) {
    return [
      finding("cert_not_yet_valid", `${certificate.subject} is valid from ${day(certificate.notBefore)}`),
    ];
  }
  if (now > certificate.notAfter) {
    return [finding("cert_expired", `${certificate.subject} expired on ${day(certificate.notAfter)}`)];
  }
  return [];
}

/** Only the leaf is renewed often enough for a share of its lifetime to mean something. */
function assessExpiry(
  leaf: CertificateFacts,
  { now, warnDays, criticalDays }: CertificateExpectation,
): readonly CertificateFinding[] {
  const left = leaf.notAfter - now;
  if (left < 0 || now < leaf.notBefore) return [];
  const lifetime = leaf.notAfter - leaf.notBefore;
  const warnBelow = warnDays === undefined ? lifetime / 4 : warnDays * DAY_MS;
  const criticalBelow = criticalDays === undefined ? lifetime / 8 : criticalDays * DAY_MS;
  if (left >= Math.max(warnBelow, criticalBelow)) return [];
  const message = `${leaf.subject} expires on ${day(leaf.notAfter)}, in ${(left / DAY_MS).toFixed(1)} days`;
  return [finding("cert_expiring", message, left < criticalBelow ? "critical" : "warning")];
}

/** Below this browsers and OpenSSL's security level 2 refuse (NIST SP 800-57 part 1: 112 bits of security). */
const MINIMUM_BITS: Readonly<Record<string, number>> = { rsa: 2048, "rsa-pss": 2048, dsa: 2048, ec: 256 };
const WEAK_HASHES: readonly string[] = ["MD2", "MD4", "MD5", "SHA-1"];

function assessStrength(certificate: CertificateFacts): readonly CertificateFinding[] {
  const { key, signatureHash, subject } = certificate;
  const findings: CertificateFinding[] = [];
  if (key.bits !== undefined && key.bits < (MINIMUM_BITS[key.type] ?? 0)) {
    findings.push(finding("cert_weak_key", `${subject} has a ${key.type} key of ${key.bits} bits`));
  }
  if (signatureHash !== undefined && WEAK_HASHES.includes(signatureHash)) {
    findings.push(finding("cert_weak_signature", `${subject} is signed with ${signatureHash}`));
  }
  return findings;
}

function assessServed(leaf: CertificateFacts, onDisk: string | undefined): readonly CertificateFinding[] {
  if (onDisk === undefined || onDisk === leaf.fingerprint) return [];
  const message = `served ${leaf.fingerprint.slice(0, 16)}…, on disk ${onDisk.slice(0, 16)}…`;
  return [finding("served_not_on_disk", message)];
}

function finding(reason: CertificateReason, message: string, severity?: Severity): CertificateFinding {
  return { reason, message, severity: severity ?? certificateReasons[reason].severity };
}

function asInformation(found: CertificateFinding): CertificateFinding {
  return { ...found, severity: "info" };
}

function worstFirst(left: CertificateFinding, right: CertificateFinding): number {
  return (
    SEVERITY_ORDER.indexOf(left.severity) - SEVERITY_ORDER.indexOf(right.severity) || rank(left) - rank(right)
  );
}

function rank({ reason }: CertificateFinding): number {
  return Object.keys(certificateReasons).indexOf(reason);
}

function day(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 16).replace("T", " ");
}
