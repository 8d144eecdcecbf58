/** The state of the site on one screen: is it ready, what runs where, what is wrong. */
import { renderCount } from "./render-count.ts";
import { shortRevision } from "../source/revision.ts";
import { brokenChecks } from "../status/broken-checks.ts";
import type { Condition, ObjectStatus, Status } from "../status/status.ts";
import { alignColumns } from "./columns.ts";
import { firstLine, printable, shortened } from "./printable.ts";
import { renderChecks } from "./render-checks.ts";
import { renderError } from "./render-error.ts";
import { renderAge, renderDuration } from "./render-time.ts";

/** Lines without colour; `nowMs` is for the ages. */
export function renderStatus(status: Status, nowMs: number): readonly string[] {
  return [
    headline(status),
    ...status.conditions.filter(worthShowing).map((condition) => renderCondition(condition, nowMs)),
    ...section("", objects(status.objects)),
    ...section("Checks", renderChecks(status.checks, nowMs)),
    ...section(
      "Held back",
      status.blocked.flatMap((one) => [
        `  ! ${printable(one.subject)}  ${one.reason}: ${printable(one.message)}`,
        `    → ${printable(one.hint)}`,
      ]),
    ),
    ...section(
      "Findings",
      status.findings.flatMap((one) => [
        `  ! ${printable(one.subject)}  ${one.reason}: ${printable(one.message)}`,
        ...(one.hint === undefined ? [] : [`    → ${printable(one.hint)}`]),
      ]),
    ),
    ...section(
      "Errors",
      status.errors.flatMap((one) => renderError(one).map((line) => `  ${line}`)),
    ),
    ...section("", footer(status, nowMs)),
  ];
}

function headline(status: Status): string {
  const ready = status.conditions.find((condition) => condition.type === "Ready");
  const site = status.site === null ? "the site" : printable(status.site);
  if (ready?.status === "True") return `✓ ${site} is Ready`;
  if (ready?.status === "Unknown" || ready === undefined) return `… ${site} is being worked on`;
  return `✗ ${site} is not Ready${causeOf(status)}`;
}

/** What is believed to be down; what a pass came to otherwise is in the condition. */
function causeOf({ checks }: Status): string {
  const [first, ...more] = brokenChecks(checks);
  if (first === undefined) return "";
  const others = more.length === 0 ? "" : `, and ${more.length} more`;
  return `: ${printable(first.name)} is down (${first.reason})${others}`;
}

function worthShowing(condition: Condition): boolean {
  if (condition.type === "Ready") return condition.status !== "True";
  return condition.type === "CertificatesTrusted"
    ? condition.status === "False"
    : condition.status === "True";
}

function renderCondition(condition: Condition, nowMs: number): string {
  const since = Date.parse(condition.lastTransitionTime);
  const age = Number.isNaN(since) ? "" : ` (${renderAge(since, nowMs)})`;
  return `  ${condition.type}=${condition.status}  ${condition.reason}: ${firstLine(condition.message)}${age}`;
}

function objects(rows: readonly ObjectStatus[]): readonly string[] {
  if (rows.length === 0) return [];
  const header = ["  NAME", "COMPONENT", "STATE", "ADDRESS", "PORTS", "IMAGE", "LABELS"];
  const cells = rows.map((row) => [
    `  ${printable(row.name)}`,
    printable(row.component),
    row.state,
    printable(row.address),
    shortened(row.ports.join(" "), 48),
    shortened(row.image, 36),
    printable(row.labels.join(" ")),
  ]);
  return alignColumns([header, ...cells]);
}

function footer(status: Status, nowMs: number): readonly string[] {
  const { attempted, applied, healthy } = status.revision;
  const pass = status.lastPass;
  return [
    `  revision   attempted ${shortOrNone(attempted)}, applied ${shortOrNone(applied)}, healthy ${shortOrNone(healthy)}`,
    ...(pass === null
      ? []
      : [
          `  last pass  ${renderAge(Date.parse(pass.finishedAt), nowMs)}, ${renderCount(pass.actions, "action")}, ${renderDuration(pass.milliseconds)}`,
        ]),
    ...(status.url === null ? [] : [`  open       ${printable(status.url)}`]),
  ];
}

function shortOrNone(revision: string | null): string {
  return revision === null ? "none" : shortRevision(revision);
}

function section(title: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  return title === "" ? ["", ...lines] : ["", title, ...lines];
}
