/** Which names a certificate covers. */
import { isIP } from "node:net";
import type { CertificateFacts } from "./read-certificate.ts";

/** As browsers do: only the subject alternative names count (RFC 9525 section 2). */
export function missingNames(leaf: CertificateFacts, names: readonly string[]): readonly string[] {
  return names.filter((name) => (isIP(name) === 0 ? !coversHost(leaf, name) : !coversAddress(leaf, name)));
}

/** A wildcard stands for exactly one whole label, the first (RFC 9525 section 6.3); OpenSSL would take `m*.` as well. */
function coversHost({ names }: CertificateFacts, host: string): boolean {
  const wanted = host.toLowerCase();
  const dot = wanted.indexOf(".");
  const wildcard = dot > 0 ? `*${wanted.slice(dot)}` : undefined;
  return names.some((name) => {
    const given = name.toLowerCase();
    return given === wanted || given === wildcard;
  });
}

/** OpenSSL knows all the ways to write an IPv6 address. */
function coversAddress({ x509 }: CertificateFacts, address: string): boolean {
  return x509.checkIP(address) !== undefined;
}

/** For a message; a certificate may carry a hundred. */
export function namesOf({ names }: CertificateFacts): string {
  if (names.length === 0) return "no names";
  const rest = names.length > 8 ? ` and ${names.length - 8} more` : "";
  return `${names.slice(0, 8).join(", ")}${rest}`;
}
