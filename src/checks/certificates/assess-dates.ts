/** Whether a chain is valid now, and for how long. */
import { type CertificateFinding, finding } from "./finding.ts";
import type { FollowedChain } from "./follow-chain.ts";
import type { CertificateFacts } from "./read-certificate.ts";

export interface DateLimits {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Days left; without them 1/4 and 1/8 of the lifetime. */
  readonly warnDays?: number | undefined;
  readonly criticalDays?: number | undefined;
}

const DAY_MS = 86_400_000;
/** A certificate of ten years would be about to expire for the last two and a half of them. */
const LONGEST_WARNING_MS = 90 * DAY_MS;

/** The leaf, and every authority of the chain, the root included. */
export function assessDates(
  { path, root }: Pick<FollowedChain, "path" | "root">,
  limits: DateLimits,
): readonly CertificateFinding[] {
  const [leaf, ...issuers] = path;
  if (leaf === undefined) return [];
  const rootEnds =
    root === undefined || path.some(({ x509 }) => x509 === root)
      ? []
      : [
          {
            subject: root.subject.replaceAll("\n", ", "),
            notBefore: root.validFromDate.getTime(),
            notAfter: root.validToDate.getTime(),
          },
        ];
  return [
    ...assessLeaf(leaf, limits),
    ...[...issuers, ...rootEnds].flatMap((issuer) => assessIssuer(issuer, leaf, limits)),
  ];
}

type Lifetime = Pick<CertificateFacts, "subject" | "notBefore" | "notAfter">;

function assessLeaf(leaf: Lifetime, limits: DateLimits): readonly CertificateFinding[] {
  const { now } = limits;
  if (now < leaf.notBefore) return [notYetValid(leaf)];
  if (now > leaf.notAfter) {
    return [finding("cert_expired", `${leaf.subject} expired on ${moment(leaf.notAfter)}`)];
  }
  const severity = urgency(leaf.notAfter - now, leaf, limits);
  if (severity === undefined) return [];
  return [finding("cert_expiring", `${leaf.subject} expires ${soon(leaf.notAfter, now)}`, severity)];
}

/** An issuer's end matters where it comes before the leaf's: the leaf is renewed then at the latest. */
function assessIssuer(issuer: Lifetime, leaf: Lifetime, limits: DateLimits): readonly CertificateFinding[] {
  const { now } = limits;
  if (now < issuer.notBefore) return [notYetValid(issuer)];
  if (now > issuer.notAfter) {
    return [
      finding("cert_issuer_expired", `the authority ${issuer.subject} expired on ${moment(issuer.notAfter)}`),
    ];
  }
  if (issuer.notAfter >= leaf.notAfter) return [];
  const severity = urgency(issuer.notAfter - now, leaf, limits) ?? "info";
  const message = `the authority ${issuer.subject} expires before the certificate, ${soon(issuer.notAfter, now)}`;
  return [finding("cert_issuer_expiring", message, severity)];
}

/** What is left, measured by the lifetime of the leaf, which is what gets renewed. */
function urgency(
  left: number,
  leaf: Lifetime,
  { warnDays, criticalDays }: DateLimits,
): "warning" | "critical" | undefined {
  const share = Math.min((leaf.notAfter - leaf.notBefore) / 4, LONGEST_WARNING_MS);
  const warnBelow = warnDays === undefined ? share : warnDays * DAY_MS;
  const criticalBelow = criticalDays === undefined ? share / 2 : criticalDays * DAY_MS;
  if (left < criticalBelow) return "critical";
  return left < warnBelow ? "warning" : undefined;
}

function notYetValid({ subject, notBefore }: Lifetime): CertificateFinding {
  return finding("cert_not_yet_valid", `${subject} is valid from ${moment(notBefore)}`);
}

function soon(milliseconds: number, now: number): string {
  const left = milliseconds - now;
  const span =
    left < 2 * DAY_MS ? `${(left / 3_600_000).toFixed(0)} hours` : `${(left / DAY_MS).toFixed(1)} days`;
  return `on ${moment(milliseconds)}, in ${span}`;
}

/** To the minute, UTC: short certificates live hours. */
export function moment(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 16).replace("T", " ");
}
