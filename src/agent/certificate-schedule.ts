/** When a certificate may be ordered: ACME servers count failures, so each failure makes the next try wait longer. */
import type { ActualCertificate } from "../observe/actual-state.ts";
import type { Clock } from "../system/clock.ts";
import type { ErrorReport } from "../system/errors.ts";
import { backoffDelay } from "../system/retry.ts";

/** In no hour more than the five failed validations a name may have (https://letsencrypt.org/docs/rate-limits/). */
const BACKOFF = { initialMs: 300_000, maximumMs: 6 * 3_600_000 };
/** certbot renews by itself at a third; below a quarter something keeps it from doing so. */
const DUE_SHARE = 0.25;

export interface CertificateSchedule {
  succeeded(domain: string): void;
  failed(domain: string, error: ErrorReport): void;
  /** Why the last order of each of these domains failed: it is true until one succeeds, also while none is tried. */
  standing(domains: readonly string[]): readonly ErrorReport[];
  readonly held: () => ReadonlySet<string>;
  /** The domains whose certificate has less than a quarter of its lifetime left. */
  due(): ReadonlySet<string>;
  /** What the last look at the proxy's disk found. */
  saw(certificates: ReadonlyMap<string, ActualCertificate>): void;
}

interface Attempts {
  readonly failures: number;
  /** By the monotonic clock: a failure before the time was set must not hold back the next order for as long. */
  readonly notBefore: number;
  readonly error: ErrorReport;
}

export function createCertificateSchedule(clock: Clock, random: () => number): CertificateSchedule {
  const attempts = new Map<string, Attempts>();
  let seen: ReadonlyMap<string, ActualCertificate> = new Map();
  return {
    succeeded: (domain) => void attempts.delete(domain),
    failed: (domain, error) => {
      const failures = (attempts.get(domain)?.failures ?? 0) + 1;
      attempts.set(domain, {
        failures,
        error,
        notBefore: clock.monotonic() + backoffDelay(failures, { ...BACKOFF, random }),
      });
    },
    standing: (domains) => domains.flatMap((domain) => attempts.get(domain)?.error ?? []),
    held: () =>
      new Set([...attempts].filter(([, one]) => one.notBefore > clock.monotonic()).map(([domain]) => domain)),
    saw: (certificates) => {
      seen = certificates;
    },
    due: () =>
      new Set(
        [...seen.values()]
          .filter((one) => one.notAfter - clock.now() < (one.notAfter - one.notBefore) * DUE_SHARE)
          .map((one) => one.domain),
      ),
  };
}
