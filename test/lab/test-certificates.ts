/** Makes certificate authorities and certificates of any kind of badness, in memory, for tests. */
import { generateKeyPairSync, randomBytes, webcrypto } from "node:crypto";
import type * as X509 from "@peculiar/x509";
import { signedWithMd5 } from "./md5-signature.ts";

// The library asks for this polyfill to be there first.
await import("reflect-metadata");
const x509 = await import("@peculiar/x509");

const DAY_MS = 86_400_000;

export type KeyKind = "ec" | "ec-384" | "ec-weak" | "rsa" | "rsa-weak";

export interface CertificateRequest {
  readonly commonName?: string;
  /** DNS names and IP addresses. */
  readonly names?: readonly string[];
  /** Days from now; negative is the past. */
  readonly fromDays?: number;
  readonly untilDays?: number;
  readonly key?: KeyKind;
  /** The same key again, which saves making an RSA one. */
  readonly keyOf?: TestCertificate;
  /** `MD5` only below an RSA issuer. */
  readonly hash?: "MD5" | "SHA-1" | "SHA-256" | "SHA-384";
  readonly authority?: boolean;
  /** Authorities allowed below. */
  readonly pathLength?: number;
  /** Extended key usage; `server` unless it is an authority. */
  readonly purpose?: "server" | "client" | "none";
  /** Who signs; absent: itself. */
  readonly issuer?: TestCertificate;
  /** What "now" is, milliseconds since the epoch. */
  readonly now?: number;
}

export interface TestCertificate {
  readonly certificate: X509.X509Certificate;
  readonly keys: TestKeys;
  readonly pem: string;
  readonly keyPem: string;
}

interface TestKeys {
  readonly publicKey: X509.PublicKeyType;
  /** Undefined for a key too weak for the library that signs. */
  readonly privateKey: webcrypto.CryptoKey | undefined;
  readonly algorithm: { readonly name: string };
  readonly keyPem: string;
}

/** A certificate with a new key, signed by `issuer` or by itself. */
export async function makeCertificate(request: CertificateRequest = {}): Promise<TestCertificate> {
  const { fromDays = -1, untilDays = 89, key = "ec", hash = "SHA-256", issuer, now = Date.now() } = request;
  const keys = request.keyOf?.keys ?? (await makeKeys(key));
  const signer = issuer?.keys ?? keys;
  if (signer.privateKey === undefined) throw new Error(`a key of kind ${key} cannot sign here`);
  const subject = `CN=${request.commonName ?? request.names?.[0] ?? "convene test"}`;
  const made = await x509.X509CertificateGenerator.create(
    {
      serialNumber: `01${randomBytes(8).toString("hex")}`,
      subject,
      issuer: issuer?.certificate.subject ?? subject,
      notBefore: new Date(now + fromDays * DAY_MS),
      notAfter: new Date(now + untilDays * DAY_MS),
      publicKey: keys.publicKey,
      signingKey: signer.privateKey,
      signingAlgorithm: { ...signer.algorithm, hash: hash === "MD5" ? "SHA-256" : hash },
      extensions: extensionsOf(request),
    },
    webcrypto,
  );
  const certificate =
    hash === "MD5" ? new x509.X509Certificate(signedWithMd5(made.rawData, signer.keyPem)) : made;
  return { certificate, keys, pem: `${certificate.toString("pem")}\n`, keyPem: keys.keyPem };
}

/** A root that signs itself, as trusted roots do. */
export function makeAuthority(request: CertificateRequest = {}): Promise<TestCertificate> {
  return makeCertificate({ commonName: "convene test root", untilDays: 3_650, authority: true, ...request });
}

function extensionsOf(request: CertificateRequest): X509.Extension[] {
  const { names = [], authority = false, pathLength, purpose = authority ? "none" : "server" } = request;
  const usage = authority ? x509.KeyUsageFlags.keyCertSign : x509.KeyUsageFlags.digitalSignature;
  const alternative = names.map((value) => ({
    type: /^[\d.]+$|:/.test(value) ? ("ip" as const) : ("dns" as const),
    value,
  }));
  const { serverAuth, clientAuth } = x509.ExtendedKeyUsage;
  const purposes = purpose === "none" ? [] : [purpose === "server" ? serverAuth : clientAuth];
  return [
    new x509.BasicConstraintsExtension(authority, pathLength, true),
    new x509.KeyUsagesExtension(usage, true),
    ...(purposes.length > 0 ? [new x509.ExtendedKeyUsageExtension(purposes)] : []),
    ...(alternative.length > 0 ? [new x509.SubjectAlternativeNameExtension(alternative)] : []),
  ];
}

async function makeKeys(kind: KeyKind): Promise<TestKeys> {
  if (kind === "ec-weak") return makeWeakCurveKeys();
  const common = {
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: "SHA-256",
    modulusLength: kind === "rsa-weak" ? 1024 : 2048,
    namedCurve: kind === "ec-384" ? "P-384" : "P-256",
  };
  const algorithm = { ...common, name: kind.startsWith("ec") ? "ECDSA" : "RSASSA-PKCS1-v1_5" };
  const { publicKey, privateKey } = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const exported = await webcrypto.subtle.exportKey("pkcs8", privateKey);
  const keyPem = `${x509.PemConverter.encode(exported, "PRIVATE KEY")}\n`;
  return { publicKey, privateKey, algorithm, keyPem };
}

/** The Web Crypto API knows no curve below P-256. */
function makeWeakCurveKeys(): TestKeys {
  const pair = generateKeyPairSync("ec", { namedCurve: "prime192v1" });
  const publicKey = new x509.PublicKey(
    new Uint8Array(pair.publicKey.export({ type: "spki", format: "der" })),
  );
  const keyPem = pair.privateKey.export({ type: "pkcs8", format: "pem" });
  return { publicKey, privateKey: undefined, algorithm: { name: "ECDSA" }, keyPem };
}
