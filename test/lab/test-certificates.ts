/** Makes certificate authorities and certificates of any kind of badness, in memory, for tests. */
import { randomBytes, webcrypto } from "node:crypto";
import type * as X509 from "@peculiar/x509";

// The library asks for this polyfill to be there first.
await import("reflect-metadata");
const x509 = await import("@peculiar/x509");

const DAY_MS = 86_400_000;

export type KeyKind = "ec" | "rsa" | "rsa-weak";

export interface CertificateRequest {
  readonly commonName?: string;
  /** DNS names and IP addresses. */
  readonly names?: readonly string[];
  /** Days from now; negative is the past. */
  readonly fromDays?: number;
  readonly untilDays?: number;
  readonly key?: KeyKind;
  readonly hash?: "SHA-1" | "SHA-256" | "SHA-384";
  readonly authority?: boolean;
  /** Who signs; absent: itself. */
  readonly issuer?: TestCertificate;
  /** What "now" is, milliseconds since the epoch. */
  readonly now?: number;
}

export interface TestCertificate {
  readonly certificate: X509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly algorithm: { readonly name: string };
  readonly pem: string;
  readonly keyPem: string;
}

/** A certificate with a new key, signed by `issuer` or by itself. */
export async function makeCertificate(request: CertificateRequest = {}): Promise<TestCertificate> {
  const { fromDays = -1, untilDays = 89, key = "ec", hash = "SHA-256", issuer, now = Date.now() } = request;
  const algorithm = keyAlgorithm(key, hash);
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const names = request.names ?? [];
  const subject = `CN=${request.commonName ?? names[0] ?? "convene test"}`;
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: `01${randomBytes(8).toString("hex")}`,
      subject,
      issuer: issuer?.certificate.subject ?? subject,
      notBefore: new Date(now + fromDays * DAY_MS),
      notAfter: new Date(now + untilDays * DAY_MS),
      publicKey: keys.publicKey,
      signingKey: (issuer?.keys ?? keys).privateKey,
      signingAlgorithm: { ...(issuer?.algorithm ?? algorithm), hash },
      extensions: extensionsOf(names, request.authority === true),
    },
    webcrypto,
  );
  const exported = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  const keyPem = x509.PemConverter.encode(exported, "PRIVATE KEY");
  return { certificate, keys, algorithm, pem: `${certificate.toString("pem")}\n`, keyPem: `${keyPem}\n` };
}

/** A root that signs itself, as trusted roots do. */
export function makeAuthority(request: CertificateRequest = {}): Promise<TestCertificate> {
  return makeCertificate({ commonName: "convene test root", untilDays: 3_650, authority: true, ...request });
}

function extensionsOf(names: readonly string[], authority: boolean): X509.Extension[] {
  const usage = authority ? x509.KeyUsageFlags.keyCertSign : x509.KeyUsageFlags.digitalSignature;
  const alternative = names.map((value) => ({
    type: /^[\d.]+$|:/.test(value) ? ("ip" as const) : ("dns" as const),
    value,
  }));
  return [
    new x509.BasicConstraintsExtension(authority, undefined, true),
    new x509.KeyUsagesExtension(usage, true),
    ...(alternative.length > 0 ? [new x509.SubjectAlternativeNameExtension(alternative)] : []),
  ];
}

function keyAlgorithm(
  key: KeyKind,
  hash: string,
): webcrypto.RsaHashedKeyGenParams & webcrypto.EcKeyGenParams {
  const rsa = { name: "RSASSA-PKCS1-v1_5", publicExponent: new Uint8Array([1, 0, 1]), hash };
  const common = { modulusLength: key === "rsa-weak" ? 1024 : 2048, namedCurve: "P-256" };
  return key === "ec" ? { ...rsa, ...common, name: "ECDSA" } : { ...rsa, ...common };
}
