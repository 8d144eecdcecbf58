/** Turns a certificate signed with RSA and SHA-256 into one signed with MD5, which no library makes any more. */
import { sign } from "node:crypto";

/** sha256WithRSAEncryption and md5WithRSAEncryption differ in their last byte (RFC 8017 appendix A.2.4). */
const SHA256_WITH_RSA = Buffer.from("2a864886f70d01010b", "hex");
const MD5_ENDING = 0x04;

/** The certificate's DER, signed anew with the issuer's RSA key (PEM). */
export function signedWithMd5(certificate: ArrayBuffer, issuerKey: string): Uint8Array<ArrayBuffer> {
  const der = Buffer.from(new Uint8Array(certificate));
  let found = 0;
  for (let at = der.indexOf(SHA256_WITH_RSA); at >= 0; at = der.indexOf(SHA256_WITH_RSA, at + 1)) {
    der[at + SHA256_WITH_RSA.length - 1] = MD5_ENDING;
    found += 1;
  }
  if (found !== 2) throw new Error("the certificate is not signed with RSA and SHA-256");
  // SEQUENCE { what is signed, algorithm, signature }, each length in two bytes (ITU-T X.690 section 8.1.3).
  const signed = der.subarray(4, 8 + der.readUInt16BE(6));
  const signature = sign("md5", signed, issuerKey);
  signature.copy(der, der.length - signature.length);
  return new Uint8Array(der);
}
