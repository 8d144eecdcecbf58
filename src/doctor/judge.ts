/** What the rungs mean together: the verdict, and the one sentence that says it all. Pure. */
import type { AskedRung, DoctorReport, Rung, RungName } from "./report.ts";
import type { DoctorTarget } from "./request.ts";

/** By a person, or by `--timeout`. */
export type CutShort = "stopped" | "late";

type Judgement = Pick<DoctorReport, "verdict" | "headline" | "since">;

/** Reasons that are no fault of the site, or say that it is another one. */
const OWN_TROUBLE: readonly string[] = ["resolver_failed", "no_ipv6_here"];
const OTHER_SITE: readonly string[] = ["not_jitsi", "moved"];

export function judge(target: DoctorTarget, rungs: readonly Rung[], cut?: CutShort): Judgement {
  const { host } = target;
  const first = worst(rungs);
  const finding = first?.findings.find(({ severity }) => severity === "critical") ?? first?.findings[0];
  if (first === undefined || finding === undefined) return withoutFindings(host, rungs, cut);
  const { message } = finding;
  if (OWN_TROUBLE.includes(finding.reason)) return { verdict: "unknown", headline: capital(message) };
  const since = first.name;
  if (OTHER_SITE.includes(finding.reason)) return { verdict: "not_jitsi", headline: capital(message), since };
  if (first.state === "warning") {
    const lead = haveMet(rungs) ? `People can meet at ${host}, but` : `Look after ${host}`;
    return { verdict: "findings", headline: `${lead}: ${message}`, since };
  }
  return {
    verdict: "findings",
    headline: `${first.consequence ?? host}: ${message}`,
    since,
  };
}

/** The lowest failed rung explains those above it; only without one a warning is the news. */
function worst(rungs: readonly Rung[]): AskedRung | undefined {
  const asked = rungs.filter((rung) => rung.state !== "not_asked");
  return asked.find(({ state }) => state === "failed") ?? asked.find(({ state }) => state === "warning");
}

function withoutFindings(host: string, rungs: readonly Rung[], cut?: CutShort): Judgement {
  if (cut !== undefined) {
    const why = cut === "stopped" ? "Stopped" : "The time was over";
    return { verdict: "unknown", headline: `${why} before ${host} was looked at from bottom to top` };
  }
  const [skipped] = rungs.filter((rung) => rung.state === "not_asked");
  if (skipped === undefined) return { verdict: "works", headline: `People can meet at ${host}` };
  const { name, because } = skipped;
  const headline = haveMet(rungs)
    ? `People can meet at ${host}; not asked: ${name}, because ${because}`
    : `As far as a stranger sees, ${host} works; no meeting was tried, because ${becauseOf("media", rungs) ?? because}`;
  return { verdict: "partly_seen", headline };
}

/** Only a meeting shows that people can meet. */
function haveMet(rungs: readonly Rung[]): boolean {
  return rungs.some(({ name, state }) => name === "media" && (state === "ok" || state === "warning"));
}

function becauseOf(name: RungName, rungs: readonly Rung[]): string | undefined {
  const rung = rungs.find((one) => one.name === name);
  return rung?.state === "not_asked" ? rung.because : undefined;
}

/** An address at the beginning stays as it is. */
function capital(sentence: string): string {
  const isAddress = /^\S*[.:/]\S/.test(sentence);
  return isAddress ? sentence : sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
