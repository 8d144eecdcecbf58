/** Reads certificates into plain facts; the X.509 library is loaded at the first use, as it costs 12 MB. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { ConveneError } from "../../system/errors.ts";
import type { Secret } from "../../system/secret.ts";
import type { Evidence } from "../check.ts";
import { type PublicKeyFacts, publicKeyFacts } from "./public-key.ts";

/** What an assessment needs to know of one certificate. */
export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  /** DNS names and IP addresses of the subject alternative name extension. */
  readonly names: readonly string[];
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly key: PublicKeyFacts;
  /** `SHA-256`; undefined when the algorithm is unknown or has no separate hash (Ed25519). */
  readonly signatureHash: string | undefined;
  /** basicConstraints says it may sign others, and keyUsage, where it is there, does not say otherwise. */
  readonly isAuthority: boolean;
  /** Authorities that may follow below it before the leaf (RFC 5280 section 4.2.1.9); undefined: any number. */
  readonly pathLength: number | undefined;
  /** Object identifiers of the extended key usage extension; undefined when it has none. */
  readonly purposes: readonly string[] | undefined;
  /** SHA-256 over the DER bytes, lower-case hex. */
  readonly fingerprint: string;
  /** What a result shows of it. */
  readonly evidence: Evidence;
  /** The same certificate for signature and name questions. */
  readonly x509: X509Certificate;
}

const PEM_BLOCK = /-----BEGIN CERTIFICATE-----[\sA-Za-z0-9+/=]+?-----END CERTIFICATE-----/g;

/** Signatures with RSA that the library names by their number only (RFC 8017 appendix A.2.4). */
const OLD_SIGNATURES: Readonly<Record<string, string>> = {
  "1.2.840.113549.1.1.2": "MD2",
  "1.2.840.113549.1.1.3": "MD4",
  "1.2.840.113549.1.1.4": "MD5",
};

/** More than this no server sends; the rest is not looked at. */
export const MAXIMUM_CHAIN = 16;

/** The certificates of a PEM text, in its order. Throws ConveneError `InvalidCertificate`. */
export function certificatesInPem(pem: string): readonly X509Certificate[] {
  const blocks = pem.match(PEM_BLOCK);
  if (blocks === null) throw invalid("the text holds no PEM certificate");
  return blocks.slice(0, MAXIMUM_CHAIN).map(decode);
}

/** The chain of a PEM file, in its order. Throws ConveneError `InvalidCertificate`. */
export async function readPemChain(pem: string): Promise<readonly CertificateFacts[]> {
  return await Promise.all(certificatesInPem(pem).map(readCertificate));
}

/** Takes one certificate as PEM, DER or decoded. Throws ConveneError `InvalidCertificate`. */
export async function readCertificate(
  encoded: string | Uint8Array | X509Certificate,
): Promise<CertificateFacts> {
  // The library asks for this polyfill to be there first.
  await import("reflect-metadata");
  const library = await import("@peculiar/x509");
  const x509 = encoded instanceof X509Certificate ? encoded : decode(encoded);
  try {
    const parsed = new library.X509Certificate(new Uint8Array(x509.raw));
    const alternative = parsed.getExtension(library.SubjectAlternativeNameExtension)?.names.items ?? [];
    const constraints = parsed.getExtension(library.BasicConstraintsExtension);
    const usage = parsed.getExtension(library.KeyUsagesExtension)?.usages;
    const names = alternative.filter(({ type }) => type === "dns" || type === "ip").map(({ value }) => value);
    const { subject, issuer, notBefore, notAfter } = parsed;
    const fingerprint = x509.fingerprint256.replaceAll(":", "").toLowerCase();
    const maySign = usage === undefined || (usage & library.KeyUsageFlags.keyCertSign) !== 0;
    return {
      subject,
      issuer,
      names,
      notBefore: notBefore.getTime(),
      notAfter: notAfter.getTime(),
      key: publicKeyFacts(x509.publicKey),
      signatureHash: parsed.signatureAlgorithm.hash?.name ?? oldHash(parsed.signatureAlgorithm),
      isAuthority: (constraints?.ca ?? false) && maySign,
      pathLength: constraints?.pathLength,
      purposes: parsed.getExtension(library.ExtendedKeyUsageExtension)?.usages.map(String),
      fingerprint,
      evidence: {
        subject,
        issuer,
        names: names.join(" "),
        notBefore: notBefore.toISOString(),
        notAfter: notAfter.toISOString(),
        fingerprint,
      },
      x509,
    };
  } catch (cause) {
    throw invalid(unreadable(cause), cause);
  }
}

function oldHash(algorithm: object): string | undefined {
  return "name" in algorithm ? OLD_SIGNATURES[String(algorithm.name)] : undefined;
}

/** Whether the private key (PEM) belongs to the certificate; false also when the key cannot be read. */
export function keyBelongsTo(certificate: CertificateFacts, privateKey: Secret): boolean {
  try {
    return certificate.x509.checkPrivateKey(createPrivateKey(privateKey.reveal()));
  } catch {
    return false;
  }
}

function decode(encoded: string | Uint8Array): X509Certificate {
  try {
    return new X509Certificate(encoded);
  } catch (cause) {
    throw invalid(unreadable(cause), cause);
  }
}

function unreadable(cause: unknown): string {
  return `a certificate cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`;
}

function invalid(message: string, cause?: unknown): ConveneError {
  return new ConveneError({
    code: "InvalidCertificate",
    message,
    hint: "the file must hold the full chain as PEM, leaf first, as certbot's fullchain.pem does",
    cause,
  });
}
