/** Follows a served chain from its leaf towards a trusted root, with nothing added that was not served. */
import type { X509Certificate } from "node:crypto";
import type { CertificateMemory } from "./certificate-memory.ts";
import type { CertificateReason } from "./certificate-reasons.ts";
import type { CertificateFacts } from "./read-certificate.ts";
import type { RootStore } from "./root-store.ts";

export interface FollowedChain {
  /** The served certificates that were used, leaf first; a trusted root is not among them. */
  readonly path: readonly CertificateFacts[];
  readonly root: X509Certificate | undefined;
  /** Why no trusted root was reached. */
  readonly fault: { readonly reason: CertificateReason; readonly message: string } | undefined;
  /** Each used certificate came after the one it signed (RFC 5246 section 7.4.2). */
  readonly inOrder: boolean;
}

export interface TrustedBy {
  readonly roots: RootStore;
  readonly certificates: CertificateMemory;
}

/** Certificates that are in nobody's way to a root are ignored, as RFC 8446 section 4.4.2 asks of clients. */
export function followChain(chain: readonly CertificateFacts[], trust: TrustedBy): FollowedChain {
  const path: CertificateFacts[] = [];
  const positions: number[] = [];
  const ends = (fault?: FollowedChain["fault"], root?: X509Certificate): FollowedChain => {
    const inOrder = positions.every((position, index) => position > (positions[index - 1] ?? -1));
    return { path, root, fault, inOrder };
  };
  let current = chain[0];
  while (current !== undefined) {
    if (trust.roots.has(current.x509)) return ends(undefined, current.x509);
    path.push(current);
    positions.push(chain.indexOf(current));
    const root = rootOf(current, trust);
    if (root !== undefined) return ends(undefined, root);
    if (signedItself(current, trust)) return ends(selfSigned(current, path.length));
    const issuer = issuerAmong(chain, current, path, trust);
    if (issuer === undefined) return ends(endsWithoutRoot(current, path.length));
    current = issuer;
  }
  return ends();
}

/** Whether it may sign others is another question, with a finding of its own. The one that lasts longest is preferred. */
function issuerAmong(
  chain: readonly CertificateFacts[],
  { x509 }: CertificateFacts,
  used: readonly CertificateFacts[],
  trust: TrustedBy,
): CertificateFacts | undefined {
  const candidates = chain.filter(
    (candidate) => !used.includes(candidate) && isIssuedBy(x509, candidate.x509, trust),
  );
  return candidates.toSorted((left, right) => right.notAfter - left.notAfter)[0];
}

function rootOf({ x509 }: CertificateFacts, trust: TrustedBy): X509Certificate | undefined {
  return trust.roots.bySubject(x509.issuer).find((root) => isIssuedBy(x509, root, trust));
}

function signedItself({ x509 }: CertificateFacts, trust: TrustedBy): boolean {
  return isIssuedBy(x509, x509, trust);
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate, trust: TrustedBy): boolean {
  return certificate.issuer === issuer.subject && trust.certificates.signed(certificate, issuer);
}

function selfSigned(certificate: CertificateFacts, depth: number): FollowedChain["fault"] {
  if (depth === 1) return { reason: "cert_self_signed", message: `${certificate.subject} signed itself` };
  return {
    reason: "cert_untrusted_root",
    message: `the chain ends in ${certificate.subject}, which is served but is no trusted root`,
  };
}

/** With only the leaf served, a forgotten intermediate is by far the likeliest; the message names the issuer. */
function endsWithoutRoot(last: CertificateFacts, depth: number): FollowedChain["fault"] {
  const message = `${last.subject} was issued by ${last.issuer}, which was not sent and is no trusted root`;
  return { reason: depth === 1 ? "cert_chain_incomplete" : "cert_untrusted_issuer", message };
}
