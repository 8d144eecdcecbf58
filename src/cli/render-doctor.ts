/** The report of `convene doctor` as lines: the rungs, what they mean, and for each finding what to do. Pure. */
import { styleText } from "node:util";
import type { Evidence } from "../checks/check.ts";
import type { AskedRung, DoctorReport, Finding, Rung } from "../doctor/report.ts";
import type { DoctorRequest } from "../doctor/request.ts";
import { printable, shortened } from "./printable.ts";
import { renderCount } from "./render-count.ts";
import { renderDuration } from "./render-time.ts";
import { wrapText } from "./wrap.ts";

export interface Paper {
  readonly colours: boolean;
  /** Characters in a line. */
  readonly columns: number;
  /** A line can be taken back: a terminal. */
  readonly live: boolean;
}

type Format = Parameters<typeof styleText>[0];

const MARKS: Readonly<Record<Rung["state"], { readonly sign: string; readonly format: Format }>> = {
  ok: { sign: "✓", format: "green" },
  warning: { sign: "!", format: "yellow" },
  failed: { sign: "✗", format: "red" },
  not_asked: { sign: "–", format: "dim" },
};

/** Width of the column of names; `certificate` is the longest. */
const NAME_WIDTH = 13;
const NARROWEST = 40;
const EVIDENCE_WIDTH = 60;
/** How it went on each path, and for whom: the rung's own line tells it. */
const PATHS = ["direct", "udp", "tcp", "tls", "tls-443"];
const PEOPLE = ["member", "same member", "guest", "first guest", "second guest"];
/** Evidence that repeats what the message says, or serves machines; --json has it all. */
const UNSAID: readonly string[] = [
  ...PATHS,
  ...PEOPLE,
  "address",
  "certificateSubject",
  "certificateTrusted",
  "certificateUntil",
  "chainLength",
  "errorCode",
  "findings",
  "fingerprint",
  "from",
  "mechanism",
  "notBefore",
];

export function renderDoctorHeading({ target, login }: DoctorRequest, paper: Paper): readonly string[] {
  const eyes = login === undefined ? "a stranger sees it" : `a stranger and ${login.username} see it`;
  const port = target.port === 443 ? "" : `, port ${target.port}`;
  return [styled("bold", printable(`${target.host}${port}, as ${eyes}`), paper), ""];
}

/** A line or more for each rung; those not asked for the same reason share one. */
export function renderRungs(rungs: readonly Rung[], paper: Paper): readonly string[] {
  const lines: string[] = [];
  for (const [index, rung] of rungs.entries()) {
    if (rung.state !== "not_asked") {
      lines.push(...entry(rung.state, rung.name, rung.summary, paper));
      for (const note of rung.notes) lines.push(...entry("not_asked", "", note, paper));
      continue;
    }
    const before = rungs[index - 1];
    if (before?.state === "not_asked" && before.because === rung.because) continue;
    const names = sameReason(rungs.slice(index), rung.because);
    const text = `${names.join(", ")}, because ${rung.because}`;
    lines.push(...entry("not_asked", "not asked", text, paper));
  }
  return lines;
}

/** The verdict, the findings and how long it took. */
export function renderVerdict(report: DoctorReport, paper: Paper): readonly string[] {
  const asked = report.rungs.filter((rung) => rung.state !== "not_asked");
  const checks = asked.reduce((sum, rung) => sum + rung.checks.length, 0);
  const found = asked.flatMap((rung) => rung.findings.map((finding) => ({ rung, finding })));
  const isCritical = (one: (typeof found)[number]): boolean => one.finding.severity === "critical";
  // What keeps people out comes before what is only to be told.
  const findings = [...found.filter(isCritical), ...found.filter((one) => !isCritical(one))];
  const footer = `${renderCount(checks, "check")} in ${renderDuration(report.milliseconds)}`;
  return [
    "",
    ...headline(report, paper),
    ...findings.flatMap((one) => renderFinding(one.rung, one.finding, findings.length > 1, paper)),
    "",
    styled("dim", footer, paper),
  ];
}

function headline(report: DoctorReport, paper: Paper): readonly string[] {
  const format = HEADLINE_FORMATS[report.verdict];
  const lines = wrapText(printable(report.headline), width(paper));
  return lines.map((line) => styled(["bold", ...format], line, paper));
}

const HEADLINE_FORMATS: Readonly<Record<DoctorReport["verdict"], readonly ("green" | "red" | "yellow")[]>> = {
  works: ["green"],
  partly_seen: ["green"],
  findings: ["red"],
  not_jitsi: ["red"],
  unknown: ["yellow"],
};

/** A finding that stands alone has been told by the headline. */
function renderFinding(rung: AskedRung, finding: Finding, told: boolean, paper: Paper): readonly string[] {
  const state = finding.severity === "critical" ? "failed" : "warning";
  const proof = renderEvidence(finding.evidence);
  return [
    "",
    ...(told ? entry(state, rung.name, finding.message, paper) : []),
    ...field("where", finding.target, paper),
    ...(proof === "" ? [] : field("seen", proof, paper)),
    ...field("do", finding.advice, paper),
  ];
}

function renderEvidence(evidence: Evidence): string {
  return Object.entries(evidence)
    .filter(([key, value]) => value !== "" && !UNSAID.includes(key))
    .map(([key, value]) => `${key}=${shortened(String(value), EVIDENCE_WIDTH)}`)
    .join(", ");
}

function sameReason(rungs: readonly Rung[], because: string): readonly string[] {
  const end = rungs.findIndex((rung) => rung.state !== "not_asked" || rung.because !== because);
  return rungs.slice(0, end === -1 ? rungs.length : end).map(({ name }) => name);
}

function entry(state: Rung["state"], name: string, text: string, paper: Paper): readonly string[] {
  const { sign, format } = MARKS[state];
  const head = name === "" ? "  " : `${sign} `;
  const [first = "", ...rest] = wrapText(printable(text), width(paper) - NAME_WIDTH - 2);
  const indent = " ".repeat(NAME_WIDTH + 2);
  const shade = (line: string): string => (state === "not_asked" ? styled("dim", line, paper) : line);
  return [
    styled(format, head, paper) + shade(`${name.padEnd(NAME_WIDTH)}${first}`),
    ...rest.map((line) => shade(indent + line)),
  ];
}

function field(name: string, text: string, paper: Paper): readonly string[] {
  const [first = "", ...rest] = wrapText(printable(text), width(paper) - NAME_WIDTH - 2);
  const indent = " ".repeat(NAME_WIDTH + 2);
  return [`  ${name.padEnd(NAME_WIDTH)}${first}`, ...rest.map((line) => indent + line)].map((line) =>
    line.trimEnd(),
  );
}

function width({ columns }: Paper): number {
  return Math.max(NARROWEST, columns);
}

function styled(format: Format, text: string, { colours }: Paper): string {
  return colours ? styleText(format, text, { validateStream: false }) : text;
}
