/** Judges a certificate chain. Pure: chain, expectation and time in, every fault out, worst first. */
import { worstFirst } from "../findings.ts";
import { assessDates, type DateLimits } from "./assess-dates.ts";
import type { CertificateMemory } from "./certificate-memory.ts";
import { certificateReasons } from "./certificate-reasons.ts";
import { type CertificateFinding, finding } from "./finding.ts";
import { missingNames, namesOf } from "./names.ts";
import type { CertificateFacts } from "./read-certificate.ts";

export interface CertificateExpectation extends DateLimits {
  /** Knows the roots. */
  readonly certificates: CertificateMemory;
  /** Names and IP addresses that must be covered. */
  readonly names: readonly string[];
  /** An unknown issuer is only said (`info`), and the name then as well: a first boot's certificate is replaced soon. */
  readonly allowSelfSigned?: boolean;
  /** `any`: whoever connects takes the certificate unseen, so its issuer says nothing. */
  readonly issuer?: "trusted" | "any";
}

/** All findings about a chain, leaf first; none when it is good. An empty chain finds nothing. */
export function assessChain(
  chain: readonly CertificateFacts[],
  expectation: CertificateExpectation,
): readonly CertificateFinding[] {
  const [leaf] = chain;
  if (leaf === undefined) return [];
  const followed = expectation.certificates.follow(chain);
  const issuerMatters = expectation.issuer !== "any";
  const tolerated = followed.fault !== undefined && expectation.allowSelfSigned === true;
  const identity = [
    ...(followed.fault !== undefined && issuerMatters
      ? [finding(followed.fault.reason, followed.fault.message)]
      : []),
    ...assessNames(leaf, expectation.names),
    ...(issuerMatters ? followed.misuse : []),
  ];
  const order = "the certificates of the chain are not served in their order";
  const findings = [
    ...(tolerated ? identity.map(asInformation) : identity),
    ...(followed.inOrder ? [] : [finding("cert_wrong_order", order)]),
    ...assessDates(followed, expectation),
  ];
  return worstFirst(findings, certificateReasons);
}

function assessNames(leaf: CertificateFacts, names: readonly string[]): readonly CertificateFinding[] {
  const missing = missingNames(leaf, names);
  if (missing.length === 0) return [];
  return [
    finding("cert_name_mismatch", `${missing.join(", ")} not covered; the certificate has ${namesOf(leaf)}`),
  ];
}

function asInformation(found: CertificateFinding): CertificateFinding {
  return { ...found, severity: "info" };
}
