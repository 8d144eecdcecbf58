/** Rung `certificate`: would a browser accept what every address serves? */
import type { CheckResult } from "../../checks/check.ts";
import { connectReasons, tlsReasons } from "../../checks/connect/connect-reasons.ts";
import type { Finding } from "../report.ts";
import { sentenceFor } from "../advice/advice.ts";
import { findingOf } from "../finding.ts";
import { type Asked, defineStep } from "../step.ts";

interface Seen {
  readonly address: string;
  readonly result: CheckResult;
}

export const certificateStep = defineStep("certificate", ["addresses", "answering"], async (known, tools) => {
  const { answering, target } = known;
  const { allowSelfSigned } = tools.request;
  const seen = await Promise.all(
    answering.map(async (address) => ({
      address,
      result: await tools.check("tls", { host: target.host, port: target.port, address, allowSelfSigned }),
    })),
  );
  const accepted = seen.find(({ result }) => isAccepted(result));
  const first = accepted?.result ?? seen[0]?.result;
  return {
    asked: true,
    summary: first === undefined ? "" : summarise(first),
    findings: distinct(seen.flatMap(({ address, result }) => at(address, findingOf(result)))),
    ...(accepted === undefined
      ? withoutTls(seen)
      : { consequence: PARTLY, learnt: { address: accepted.address } }),
  };
});

const PARTLY = "Not everybody is let in by their browser at";

/** There is no certificate to refuse where no handshake comes to its end. */
function withoutTls(seen: readonly Seen[]): Pick<Asked, "consequence" | "instead"> {
  if (!seen.every(({ result }) => result.reason in tlsReasons || result.reason in connectReasons)) return {};
  return { consequence: "Nobody can open the page of", instead: { address: "there is no TLS" } };
}

/** What is about to run out has not yet. */
function isAccepted({ ok, severity, reason }: CheckResult): boolean {
  return ok || severity === "warning" || reason === "cert_expiring" || reason === "cert_issuer_expiring";
}

function summarise(result: CheckResult): string {
  const issuer = /(?:^|, )O=([^,]+)/.exec(String(result.evidence.issuer ?? ""))?.[1];
  const from = issuer === undefined ? "" : ` (${issuer})`;
  return result.ok ? `${result.message}${from}` : sentenceFor(result);
}

function at(address: string, findings: readonly Finding[]): readonly Finding[] {
  return findings.map((found) => ({ ...found, evidence: { ...found.evidence, address } }));
}

/** The same certificate on every address is one finding. */
function distinct(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(
    (one, index) =>
      findings.findIndex(({ reason, message }) => reason === one.reason && message === one.message) === index,
  );
}
