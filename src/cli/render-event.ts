/** What happens during a pass as lines, for pushes, `reconcile --wait` and `convene events`. */
import { renderCount } from "./render-count.ts";
import type { Verdict } from "../agent/agent-event.ts";
import type { CheckResult } from "../checks/check.ts";
import { durationOf } from "../checks/duration-of.ts";
import type { EventView } from "../control/plan-view.ts";
import { shortRevision } from "../source/revision.ts";
import { firstLine, printable, printableLines, shortened } from "./printable.ts";
import { renderError } from "./render-error.ts";
import { renderPlan, renderPlanSummary } from "./render-plan.ts";
import { renderDuration } from "./render-time.ts";

const DOTTED_WIDTH = 52;

/** The lines of one event; none for those that only machines need. */
export function renderEvent(event: EventView): readonly string[] {
  switch (event.type) {
    case "pass-started":
      return [`▸ pass ${event.pass}  ${printable(event.wakeups.join(", "))}`];
    case "planned":
      return [`convene  ${renderPlanSummary(event.plan)}`, ...renderPlan(event.plan)];
    case "waiting":
      return [`▸ ${printable(event.subject)}  ${printable(event.message)}`];
    case "action-started":
      return [];
    case "action-progress":
      return [`  ${shortened(event.id, DOTTED_WIDTH)}: ${firstLine(event.message)}`];
    case "action-finished":
      return [`▸ ${dotted(event.id)} ${renderDuration(event.milliseconds)}`];
    case "action-failed":
      return renderFailedAction(event);
    case "action-skipped":
      return [`- ${shortened(event.id, DOTTED_WIDTH)} skipped: ${printable(event.because)}`];
    case "check":
      return renderCheck(event.result);
    case "verdict":
      return renderVerdict(event.verdict);
  }
}

/** One line when it passed; with what to do when it did not. */
export function renderCheck(result: CheckResult): readonly string[] {
  const name = `▸ verify  ${printable(result.name)}`;
  if (result.ok && result.severity === "ok") return [`▸ verify  ${renderPassed(result)}`];
  if (result.reason === "not_asked")
    return [`- verify  ${printable(result.name)} ${printable(result.message)}`];
  const mark = result.ok ? "!" : "✗";
  return [
    `${name} ${mark} ${result.reason}: ${printable(result.message)}`,
    ...(result.hint === undefined ? [] : [`  → ${printable(result.hint)}`]),
  ];
}

/** `turn-udp ✓ 31 ms`, or what it measured: `conference ✓ 1.2 s, 0 % loss`. */
export function renderPassed(result: CheckResult): string {
  return `${printable(result.name)} ✓ ${printable(result.summary ?? renderDuration(durationOf(result)))}`;
}

/** The last line of a pass. */
export function renderVerdict(verdict: Verdict): readonly string[] {
  const at = verdict.revision === undefined ? "" : ` at ${shortRevision(verdict.revision)}`;
  const took = `${renderCount(verdict.actions, "action")}, ${renderDuration(verdict.milliseconds)}`;
  switch (verdict.outcome) {
    case "ready":
      return [`✓ Ready${at} (${took})`];
    case "superseded":
      return [`- superseded${at}: ${printable(verdict.message)}`];
    case "suspended":
      return [`- suspended${at}: ${printable(verdict.message)}`, "  → sudo convene resume"];
    default:
      return renderNotReady(verdict, at, took);
  }
}

function renderNotReady(verdict: Verdict, at: string, took: string): readonly string[] {
  const [first = "", ...rest] = printableLines(verdict.message.trimEnd());
  const outcome = verdict.outcome === "stalled" ? "Stalled" : "Not Ready";
  return [
    `✗ ${outcome}${at}  ${verdict.reason}: ${first} (${took})`,
    ...rest.map((line) => `  ${line}`),
    ...(verdict.hint === undefined ? [] : [`  → ${printable(verdict.hint)}`]),
    "  → convene status",
  ];
}

function renderFailedAction(event: Extract<EventView, { type: "action-failed" }>): readonly string[] {
  const [first = "", ...rest] = renderError(event.error);
  const text = first.replace(/^✗ /, "");
  return [`✗ ${shortened(event.id, DOTTED_WIDTH)}  ${event.error.code}: ${text}`, ...rest];
}

function dotted(text: string): string {
  const short = shortened(text, DOTTED_WIDTH);
  return `${short} ${"…".repeat(Math.max(1, DOTTED_WIDTH - short.length))}`;
}
