/** The certificates a server sent in a handshake, exactly those and in their order. */
import type { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";
import { MAXIMUM_CHAIN } from "./read-certificate.ts";

/**
 * Leaf first, at most 16; empty when none was sent. To be called once for a connection: reading them takes them out of it.
 * `getPeerCertificate(true)` would not do: it follows issuers and leaves out what is not in their line (seen on Node 26).
 */
export function servedChain(secured: TLSSocket): readonly X509Certificate[] {
  const chain: X509Certificate[] = [];
  let current = secured.getPeerX509Certificate();
  while (current !== undefined && chain.length < MAXIMUM_CHAIN) {
    chain.push(current);
    current = current.issuerCertificate;
  }
  return chain;
}
