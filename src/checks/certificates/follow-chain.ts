/** Follows a served chain from its leaf towards a trusted root, with nothing added that was not served. */
import type { CertificateReason } from "./certificate-reasons.ts";
import type { CertificateFacts } from "./read-certificate.ts";
import type { RootStore } from "./root-store.ts";

export interface FollowedChain {
  /** The served certificates that were used, leaf first; a trusted root is not among them. */
  readonly path: readonly CertificateFacts[];
  /** Why no trusted root was reached. */
  readonly fault: { readonly reason: CertificateReason; readonly message: string } | undefined;
}

/** The order in which certificates were sent does not matter (RFC 8446 section 4.4.2 lets clients reorder). */
export function followChain(chain: readonly CertificateFacts[], roots: RootStore): FollowedChain {
  const path: CertificateFacts[] = [];
  let current = chain[0];
  while (current !== undefined) {
    if (roots.has(current.x509)) return { path, fault: undefined };
    path.push(current);
    if (signedByRoot(current, roots)) return { path, fault: undefined };
    if (signedItself(current)) return { path, fault: selfSigned(current, path.length) };
    const issuer = issuerAmong(chain, current, path);
    if (issuer === undefined) return { path, fault: endsWithoutRoot(current, path.length) };
    current = issuer;
  }
  return { path, fault: undefined };
}

function issuerAmong(
  chain: readonly CertificateFacts[],
  certificate: CertificateFacts,
  used: readonly CertificateFacts[],
): CertificateFacts | undefined {
  return chain.find(
    (candidate) => !used.includes(candidate) && candidate.isAuthority && isIssuedBy(certificate, candidate),
  );
}

function isIssuedBy(certificate: CertificateFacts, issuer: CertificateFacts): boolean {
  return certificate.x509.checkIssued(issuer.x509) && certificate.x509.verify(issuer.x509.publicKey);
}

/** Not by checkIssued: it wants the right to sign certificates, which a server's own certificate lacks. */
function signedItself({ x509 }: CertificateFacts): boolean {
  return x509.subject === x509.issuer && x509.verify(x509.publicKey);
}

function signedByRoot(certificate: CertificateFacts, roots: RootStore): boolean {
  const candidates = roots.bySubject(certificate.x509.issuer);
  return candidates.some(
    (root) => certificate.x509.checkIssued(root) && certificate.x509.verify(root.publicKey),
  );
}

function selfSigned(certificate: CertificateFacts, depth: number): FollowedChain["fault"] {
  if (depth === 1) return { reason: "cert_self_signed", message: `${certificate.subject} signed itself` };
  return {
    reason: "cert_untrusted_issuer",
    message: `the chain ends in ${certificate.subject}, which is no trusted root`,
  };
}

/** With only the leaf served, a forgotten intermediate is by far the likeliest; the message names the issuer. */
function endsWithoutRoot(last: CertificateFacts, depth: number): FollowedChain["fault"] {
  const message = `${last.subject} was issued by ${last.issuer}, which was not sent and is no trusted root`;
  return { reason: depth === 1 ? "cert_chain_incomplete" : "cert_untrusted_issuer", message };
}
