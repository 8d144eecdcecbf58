/** A plan as people read it, in their terminal or through git's sideband: always plain text. */
import { renderCount } from "./render-count.ts";
import type { ActionView, PlanView } from "../control/plan-view.ts";
import type { Change } from "../plan/action.ts";
import { alignColumns } from "./columns.ts";
import { printable, shortened } from "./printable.ts";

const VALUE_WIDTH = 60;
const SUBJECT_WIDTH = 48;

/** Changes of one action shown in full; a bring-up's hundreds would hide the rest. */
const MAXIMUM_CHANGES = 12;

/** The actions line by line, then what was found and not acted on. Empty for an empty plan. */
export function renderPlan(plan: PlanView): readonly string[] {
  const rows = plan.actions.flatMap(renderAction);
  return [...alignColumns(rows).map((line) => `  ${line}`), ...plan.blocked.flatMap(renderBlocked)];
}

/** `plan of 3 actions`, `nothing to do`. */
export function renderPlanSummary(plan: PlanView): string {
  const count = plan.actions.length;
  const blocked = plan.blocked.length === 0 ? "" : `, ${plan.blocked.length} held back`;
  if (count === 0) return `nothing to do${blocked}`;
  return `plan of ${renderCount(count, "action")}${blocked}`;
}

/** Columns: sign and subject, what, where it is written, the consequence. */
function renderAction(action: ActionView): readonly (readonly string[])[] {
  const subject = `${sign(action)} ${shortened(action.subject, SUBJECT_WIDTH)}`;
  const effect = consequence(action);
  if (action.changes.length === 0) return [[subject, printable(action.reason), "", effect]];
  const shown = action.changes.slice(0, MAXIMUM_CHANGES);
  const rows = shown.map((change, index) => [
    index === 0 ? subject : "",
    describeChange(change),
    place(change),
    index === 0 ? effect : "",
  ]);
  const hidden = action.changes.length - shown.length;
  return hidden === 0 ? rows : [...rows, ["", `… and ${hidden} more`, "", ""]];
}

function sign(action: ActionView): string {
  if (action.kind === "swap-container" || action.cause === "replaced") return "±";
  if (/^(?:delete|deregister)-/.test(action.kind)) return "-";
  return action.cause === "new" ? "+" : "~";
}

function describeChange(change: Change): string {
  const field = printable(change.field);
  const before = change.before === undefined ? undefined : value(change.before);
  const after = change.after === undefined ? undefined : value(change.after);
  if (before === undefined && after === undefined) return field;
  if (before === undefined) return `${field} = ${after ?? ""}`;
  if (after === undefined) return `${field} ${before} removed`;
  return `${field} ${before} → ${after}`;
}

function value(text: string): string {
  return text === "" ? '""' : shortened(text, VALUE_WIDTH);
}

function place(change: Change): string {
  return change.origin ? `(${printable(change.origin.file)}:${change.origin.line})` : "";
}

function consequence(action: ActionView): string {
  if (action.disruption === "calls") return "ends calls: waits until nobody is in one";
  return action.disruption === "reload" ? "reloads" : "";
}

function renderBlocked(blocked: PlanView["blocked"][number]): readonly string[] {
  return [
    `  ! ${printable(blocked.subject)}  ${blocked.reason}: ${printable(blocked.message)}`,
    `      → ${printable(blocked.hint)}`,
  ];
}
