/** Reads certificates into plain facts; the X.509 library is loaded at the first use, as it costs 12 MB. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { ConveneError } from "../../system/errors.ts";
import type { Secret } from "../../system/secret.ts";

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
  /** basicConstraints says it may sign others. */
  readonly isAuthority: boolean;
  /** SHA-256 over the DER bytes, lower-case hex. */
  readonly fingerprint: string;
  /** The same certificate for signature and name questions. */
  readonly x509: X509Certificate;
}

interface PublicKeyFacts {
  /** `rsa`, `ec`, `ed25519`, … as node:crypto names it. */
  readonly type: string;
  /** Modulus length, or size of the curve; undefined where the type fixes it. */
  readonly bits: number | undefined;
}

const PEM_BLOCK = /-----BEGIN CERTIFICATE-----[\sA-Za-z0-9+/=]+?-----END CERTIFICATE-----/g;

/** More than this no server sends; the rest is not looked at. */
const MAXIMUM_CHAIN = 16;

/** The chain of a PEM file, in its order. Throws ConveneError `InvalidCertificate`. */
export async function readPemChain(pem: string): Promise<readonly CertificateFacts[]> {
  const blocks = pem.match(PEM_BLOCK);
  if (blocks === null) throw invalid("the text holds no PEM certificate");
  return await Promise.all(blocks.slice(0, MAXIMUM_CHAIN).map(readCertificate));
}

/** Takes one certificate as PEM or DER. Throws ConveneError `InvalidCertificate`. */
export async function readCertificate(encoded: string | Uint8Array): Promise<CertificateFacts> {
  // The library asks for this polyfill to be there first.
  await import("reflect-metadata");
  const library = await import("@peculiar/x509");
  try {
    const x509 = new X509Certificate(encoded);
    const parsed = new library.X509Certificate(new Uint8Array(x509.raw));
    const alternativeNames = parsed.getExtension(library.SubjectAlternativeNameExtension);
    const names = alternativeNames?.names.items ?? [];
    return {
      subject: parsed.subject,
      issuer: parsed.issuer,
      names: names.filter(({ type }) => type === "dns" || type === "ip").map(({ value }) => value),
      notBefore: parsed.notBefore.getTime(),
      notAfter: parsed.notAfter.getTime(),
      key: keyFacts(x509),
      signatureHash: parsed.signatureAlgorithm.hash?.name,
      isAuthority: parsed.getExtension(library.BasicConstraintsExtension)?.ca ?? false,
      fingerprint: x509.fingerprint256.replaceAll(":", "").toLowerCase(),
      x509,
    };
  } catch (cause) {
    throw invalid(
      `a certificate cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      cause,
    );
  }
}

/** Whether the private key (PEM) belongs to the certificate; false also when the key cannot be read. */
export function keyBelongsTo(certificate: CertificateFacts, privateKey: Secret): boolean {
  try {
    return certificate.x509.checkPrivateKey(createPrivateKey(privateKey.reveal()));
  } catch {
    return false;
  }
}

const CURVE_BITS: Readonly<Record<string, number>> = {
  secp192r1: 192,
  prime192v1: 192,
  secp224r1: 224,
  prime256v1: 256,
  secp256k1: 256,
  secp384r1: 384,
  secp521r1: 521,
};

function keyFacts(x509: X509Certificate): PublicKeyFacts {
  const { asymmetricKeyType = "unknown", asymmetricKeyDetails } = x509.publicKey;
  const bits = asymmetricKeyDetails?.modulusLength ?? CURVE_BITS[asymmetricKeyDetails?.namedCurve ?? ""];
  return { type: asymmetricKeyType, bits };
}

function invalid(message: string, cause?: unknown): ConveneError {
  return new ConveneError({
    code: "InvalidCertificate",
    message,
    hint: "the file must hold the full chain as PEM, leaf first, as certbot's fullchain.pem does",
    cause,
  });
}
