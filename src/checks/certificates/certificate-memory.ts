/** Remembers what certificates say and who signed them, so that a round that sees the same ones again costs no parsing. */
import type { X509Certificate } from "node:crypto";
import { type CertificateFacts, readCertificate } from "./read-certificate.ts";

export interface CertificateMemory {
  /** Throws ConveneError `InvalidCertificate`. */
  read(certificate: X509Certificate): Promise<CertificateFacts>;
  /** Whether the issuer's key made the certificate's signature. */
  signed(certificate: X509Certificate, issuer: X509Certificate): boolean;
}

/**
 * Both are facts about bytes that never change, so nothing in here can become wrong. `limit` is how many of each are
 * kept; a host has some tens.
 */
export function createCertificateMemory(limit = 256): CertificateMemory {
  const facts = new Map<string, Promise<CertificateFacts>>();
  const signatures = new Map<string, boolean>();
  return {
    read: (certificate) =>
      recall(facts, limit, certificate.fingerprint256, () => readCertificate(certificate)),
    signed: (certificate, issuer) =>
      recall(signatures, limit, `${certificate.fingerprint256} ${issuer.fingerprint256}`, () =>
        verifies(certificate, issuer),
      ),
  };
}

/** The longest unused makes room. */
function recall<Value>(memory: Map<string, Value>, limit: number, key: string, find: () => Value): Value {
  const value = memory.get(key) ?? find();
  memory.delete(key);
  memory.set(key, value);
  const [oldest] = memory.keys();
  if (memory.size > limit && oldest !== undefined) memory.delete(oldest);
  return value;
}

/** A key of another kind than the signature's is an error to OpenSSL; to us it is a no. */
function verifies(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.verify(issuer.publicKey);
  } catch {
    return false;
  }
}
