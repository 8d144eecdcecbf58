/** What happened to a check before: its last looks, and why it failed when it did. */
import type { PastFailure, PastLook } from "../status/check-history.ts";
import type { CheckPast } from "../status/check-past.ts";
import { alignColumns } from "./columns.ts";
import { printable } from "./printable.ts";
import { renderCheckLine } from "./render-checks.ts";
import { renderCount } from "./render-count.ts";
import { renderAge, renderDuration } from "./render-time.ts";

/** One line for each check. */
export function renderPasts(pasts: readonly CheckPast[], nowMs: number): readonly string[] {
  return alignColumns(
    pasts.map((past) => {
      const last = past.failures.at(-1);
      const failed = past.looks.filter(isFailed).length;
      return [
        renderCheckLine(past, nowMs).slice(0, 2).join("  "),
        `${renderCount(past.looks.length, "look")}, ${failed} failed`,
        last === undefined
          ? ""
          : `last failure ${renderAge(last.last, nowMs)}, ${last.result.reason}: ${printable(last.result.message)}`,
      ];
    }),
  );
}

/** Everything of one; `verbose` adds what was said on the wire. */
export function renderPast(past: CheckPast, nowMs: number, verbose: boolean): readonly string[] {
  const rows = [
    ["needs", past.needs.join(", ")],
    ["leans on", past.leansOn.join(", ")],
    ["takes down", past.takesDown.join(", ")],
    ["looks", describeLooks(past.looks)],
  ].filter(([, value]) => value !== "");
  return [
    renderCheckLine(past, nowMs).filter(Boolean).join("  "),
    ...(past.state === "up" || past.hint === undefined ? [] : [`  → ${printable(past.hint)}`]),
    ...alignColumns(rows.map(([name = "", value = ""]) => [`  ${name}`, printable(value)])),
    ...(past.failures.length === 0
      ? ["  no failure is remembered"]
      : [
          "  failures, the newest first",
          ...past.failures.toReversed().flatMap((one) => renderFailure(one, verbose)),
        ]),
  ];
}

function renderFailure(
  { first, last, looks, result, transcript }: PastFailure,
  verbose: boolean,
): readonly string[] {
  const repeated = looks === 1 ? "" : `  (${looks} looks, until ${time(last)})`;
  const phases = result.phases.map(
    ({ name, milliseconds }) => `${printable(name)} ${renderDuration(milliseconds)}`,
  );
  return [
    `  ${time(first)}  ${result.reason}: ${printable(result.message)}${repeated}`,
    ...Object.entries(result.evidence).map(([key, value]) => `    ${printable(`${key}: ${String(value)}`)}`),
    ...(phases.length === 0 ? [] : [`    ${phases.join(", ")}`]),
    ...(result.hint === undefined ? [] : [`    → ${printable(result.hint)}`]),
    ...(verbose ? transcript.map((line) => `    | ${printable(line)}`) : []),
  ];
}

/** `✓✓✗ newest last, 1 of 3 failed, median 31 ms`. */
function describeLooks(looks: readonly PastLook[]): string {
  if (looks.length === 0) return "none yet";
  const marks = looks
    .map((look) => (isFailed(look) ? "✗" : look.severity === "warning" ? "!" : "✓"))
    .join("");
  const times = looks.map((look) => look.milliseconds).toSorted((left, right) => left - right);
  const median = renderDuration(times[Math.floor(times.length / 2)] ?? 0);
  return `${marks} newest last, ${looks.filter(isFailed).length} of ${looks.length} failed, median ${median}`;
}

function isFailed({ severity }: PastLook): boolean {
  return severity === "critical";
}

function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace("T", " ").replace(/\..*$/, " UTC");
}
