/** Follows a served chain from its leaf towards a trusted root, with nothing added that was not served. */
import type { X509Certificate } from "node:crypto";
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

/** Certificates that are in nobody's way to a root are ignored, as RFC 8446 section 4.4.2 asks of clients. */
export function followChain(chain: readonly CertificateFacts[], roots: RootStore): FollowedChain {
  const path: CertificateFacts[] = [];
  const positions: number[] = [];
  const ends = (fault?: FollowedChain["fault"], root?: X509Certificate): FollowedChain => {
    const inOrder = positions.every((position, index) => position > (positions[index - 1] ?? -1));
    return { path, root, fault, inOrder };
  };
  let current = chain[0];
  while (current !== undefined) {
    if (roots.has(current.x509)) return ends(undefined, current.x509);
    path.push(current);
    positions.push(chain.indexOf(current));
    const root = rootOf(current, roots);
    if (root !== undefined) return ends(undefined, root);
    if (signedItself(current)) return ends(selfSigned(current, path.length));
    const issuer = issuerAmong(chain, current, path);
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
): CertificateFacts | undefined {
  const candidates = chain.filter(
    (candidate) => !used.includes(candidate) && isIssuedBy(x509, candidate.x509),
  );
  return candidates.toSorted((left, right) => right.notAfter - left.notAfter)[0];
}

function rootOf({ x509 }: CertificateFacts, roots: RootStore): X509Certificate | undefined {
  return roots.bySubject(x509.issuer).find((root) => isIssuedBy(x509, root));
}

function signedItself({ x509 }: CertificateFacts): boolean {
  return isIssuedBy(x509, x509);
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.issuer === issuer.subject && signed(certificate, issuer);
}

/** A key of another kind than the signature's is an error to OpenSSL; to us it is a no. */
function signed(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.verify(issuer.publicKey);
  } catch {
    return false;
  }
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
