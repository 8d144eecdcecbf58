/** The checks on the status screen: what fails first, with since when, why, what it takes down and what to do. */
import type { CheckState } from "../checks/states/check-state.ts";
import { isGround } from "../checks/states/site-rungs.ts";
import type { CheckStatus } from "../status/check-status.ts";
import { alignColumns } from "./columns.ts";
import { printable } from "./printable.ts";
import { renderDuration } from "./render-time.ts";

const ORDER: readonly CheckState[] = ["down", "pending", "unknown", "maintenance", "up"];
const MARKS: Readonly<Record<CheckState, string>> = {
  down: "✗",
  pending: "…",
  unknown: "?",
  maintenance: "~",
  up: "✓",
};

/** One line each; what checks stand on is shown only when it is the trouble. */
export function renderChecks(checks: readonly CheckStatus[], nowMs: number): readonly string[] {
  const shown = checks
    .filter((check) => !isGround(check.name) || check.state !== "up")
    .toSorted((left, right) => rank(left) - rank(right) || left.name.localeCompare(right.name));
  const heads = alignColumns(
    shown.map((check) => {
      const [name, ...rest] = renderCheckLine(check, nowMs);
      return [`  ${name}`, ...rest];
    }),
  );
  return shown.flatMap((check, index) => [heads[index] ?? "", ...details(check)]);
}

/** Its cells: `✗ turn-udp`, `down for 4 min`, and why. */
export function renderCheckLine(check: CheckStatus, nowMs: number): readonly [string, string, string] {
  return [
    `${markOf(check)} ${printable(check.name)}`,
    `${check.state} ${sinceOf(check, nowMs)}`,
    wordsOf(check),
  ];
}

function markOf(check: CheckStatus): string {
  return check.state === "up" && check.severity !== "ok" ? "!" : MARKS[check.state];
}

/** What explains it, or what its last look said; nothing when all is well. */
function wordsOf(check: CheckStatus): string {
  if (check.because !== undefined) return printable(check.because);
  if (check.reason === "not_asked") return printable(check.message);
  if (check.state === "up" && check.severity === "ok") return "";
  return `${check.reason}: ${printable(check.message)}`;
}

function details(check: CheckStatus): readonly string[] {
  const own = check.state === "down" || check.state === "pending" || markOf(check) === "!";
  return [
    ...(check.takesDown.length === 0 ? [] : [`    also: ${check.takesDown.map(printable).join(", ")}`]),
    ...(own && check.hint !== undefined ? [`    → ${printable(check.hint)}`] : []),
  ];
}

function sinceOf({ since }: CheckStatus, nowMs: number): string {
  return `for ${renderDuration(Math.max(0, nowMs - since))}`;
}

/** Warnings come between what is wrong and what is well. */
function rank(check: CheckStatus): number {
  return ORDER.indexOf(check.state) + (markOf(check) === "✓" ? 1 : 0);
}
