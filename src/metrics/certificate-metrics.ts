/** Certificates, as the checks of kind `tls` saw them: moments are absolute, so that a rule computes what is left. */
import type { CheckStatus } from "../status/check-status.ts";
import type { Exposition, Sample } from "./exposition.ts";
import type { MetricsState } from "./metrics-state.ts";

type Endpoint = "check" | "endpoint";

/** Findings about the chain itself, whatever is on disk or how long it lasts. */
const CHAIN = /^cert_(?!expiring$|issuer_expiring$|weak_|name_mismatch$|wrong_order$)/;
const DISK = /^(served_not_on_disk|disk_not_served)$/;

export function exposeCertificates(out: Exposition, { status }: MetricsState): void {
  const seen = status.checks.filter(
    ({ kind, evidence }) => kind === "tls" && evidence["notAfter"] !== undefined,
  );
  const moments = (key: string): readonly Sample<Endpoint>[] =>
    seen.flatMap((check) => {
      const at = Date.parse(String(check.evidence[key] ?? ""));
      return Number.isNaN(at) ? [] : [[labelsOf(check), at / 1_000] as const];
    });
  const labels = ["check", "endpoint"] as const;
  out.gauge(
    "certificate_not_before_timestamp_seconds",
    "From when the served certificate is valid.",
    labels,
    moments("notBefore"),
  );
  out.gauge(
    "certificate_not_after_timestamp_seconds",
    "Until when the served certificate is valid.",
    labels,
    moments("notAfter"),
  );
  out.gauge(
    "certificate_chain_valid",
    "Whether nothing is wrong with the served chain.",
    labels,
    seen.map((check) => [labelsOf(check), Number(!findingsOf(check).some((one) => CHAIN.test(one)))]),
  );
  out.gauge(
    "certificate_served_matches_disk",
    "Whether what is served is what lies on disk.",
    labels,
    seen
      .filter(({ evidence }) => evidence["diskFingerprint"] !== undefined)
      .map((check) => [labelsOf(check), Number(!findingsOf(check).some((one) => DISK.test(one)))]),
  );
  out.gauge(
    "certificate_info",
    "The served certificate.",
    ["check", "endpoint", "issuer", "fingerprint_sha256"],
    seen.map((check) => [
      {
        ...labelsOf(check),
        issuer: String(check.evidence["issuer"] ?? ""),
        fingerprint_sha256: String(check.evidence["fingerprint"] ?? ""),
      },
      1,
    ]),
  );
}

function labelsOf({ name, target }: CheckStatus): Readonly<Record<Endpoint, string>> {
  return { check: name, endpoint: target };
}

/** All of them, of which the reason is only the worst. */
function findingsOf({ reason, evidence }: CheckStatus): readonly string[] {
  return [reason, ...String(evidence["findings"] ?? "").split(" ")];
}
