/** A certificate's faults as people say them. */
import type { CheckResult } from "../../checks/check.ts";
import type { CertificateReason } from "../../checks/certificates/certificate-reasons.ts";

type Sentence = (result: CheckResult) => string;

const DAY_MS = 86_400_000;

const SENTENCES: Readonly<Record<string, Sentence>> = {
  cert_expired: ({ evidence, checkedAt }) => {
    const until = Date.parse(String(evidence.notAfter));
    return `the certificate expired on ${dayOf(evidence.notAfter)}, ${days(checkedAt - until)} ago`;
  },
  cert_not_yet_valid: ({ evidence }) => `the certificate is not valid before ${dayOf(evidence.notBefore)}`,
  cert_name_mismatch: ({ evidence, target }) =>
    `the certificate is for ${listed(evidence.names)}, not for ${target.replace(/:\d+$/, "")}`,
  cert_self_signed: () => "the certificate is signed by itself and by no authority",
  cert_chain_incomplete: ({ evidence }) =>
    `the certificate comes without its issuer's (${evidence.issuer}), so not everybody can trust it`,
  cert_untrusted_issuer: ({ evidence }) => `the certificate's issuer is not trusted: ${evidence.issuer}`,
  cert_untrusted_root: ({ evidence }) =>
    `the certificate's authority is a private one that browsers do not know: ${evidence.issuer}`,
  cert_expiring: ({ evidence, checkedAt }) => {
    const until = Date.parse(String(evidence.notAfter));
    return `the certificate expires on ${dayOf(evidence.notAfter)}, in ${days(until - checkedAt)}`;
  },
} satisfies Partial<Record<CertificateReason, Sentence>>;

/** Every fault in one sentence; undefined for what has no words here. */
export function certificateSentence(result: CheckResult): string | undefined {
  if (result.kind !== "tls" || result.evidence.notAfter === undefined) return undefined;
  const reasons = String(result.evidence.findings ?? result.reason).split(" ");
  const sentences = reasons.map((reason) => SENTENCES[reason]?.(result));
  return sentences.every((sentence) => sentence !== undefined) ? sentences.join(", and ") : undefined;
}

function dayOf(moment: unknown): string {
  return String(moment).slice(0, 10);
}

function days(milliseconds: number): string {
  const count = Math.floor(milliseconds / DAY_MS);
  if (count < 1) return `${Math.floor(milliseconds / 3_600_000)} h`;
  return count === 1 ? "1 day" : `${count} days`;
}

const MOST_NAMES = 3;

function listed(names: unknown): string {
  const all = String(names).split(" ").filter(Boolean);
  if (all.length === 0) return "no name at all";
  return all.length > MOST_NAMES ? `${all.slice(0, MOST_NAMES).join(", ")} …` : all.join(", ");
}
