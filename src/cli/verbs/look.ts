/** The verbs that only look: status, history, events, logs. */
import { renderCount } from "../render-count.ts";
import { shortRevision } from "../../source/revision.ts";
import type { HistoryEntry } from "../../status/history.ts";
import { alignColumns } from "../columns.ts";
import { createEventPrinter } from "../event-printer.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { firstLine, printable, printableLines } from "../printable.ts";
import { renderEvent } from "../render-event.ts";
import { renderStatus } from "../render-status.ts";
import { renderDuration } from "../render-time.ts";
import type { Verb } from "../verb.ts";

/** Yes means Ready. */
export async function status(verb: Verb): Promise<ExitCode> {
  const answer = await (await verb.agent()).status();
  if (verb.json) verb.value(answer);
  else for (const line of renderStatus(answer, verb.dependencies.clock.now())) verb.line(line);
  const ready = answer.conditions.some(
    (condition) => condition.type === "Ready" && condition.status === "True",
  );
  return ready ? EXIT.yes : EXIT.findings;
}

export async function history(verb: Verb, limit: number): Promise<ExitCode> {
  const entries = await (await verb.agent()).history(limit);
  if (verb.json) verb.value(entries);
  else for (const line of renderHistory(entries)) verb.line(line);
  return EXIT.yes;
}

/** Follows until interrupted. */
export async function events(verb: Verb): Promise<ExitCode> {
  const { signal } = verb.dependencies;
  const client = await verb.agent();
  const printer = createEventPrinter({ print: verb.line, plan: "whole" });
  try {
    for await (const event of await client.events(signal)) {
      if (verb.json) verb.value(event);
      else if (event.type === "pass-started") for (const line of renderEvent(event)) verb.line(line);
      else printer.show(event);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return EXIT.yes;
}

export async function logs(verb: Verb, container: string, lines: number): Promise<ExitCode> {
  const text = await (await verb.agent()).logs(container, lines);
  if (verb.json) verb.value({ container, lines: text.split("\n") });
  else for (const line of printableLines(text.trimEnd())) verb.line(line);
  return EXIT.yes;
}

function renderHistory(entries: readonly HistoryEntry[]): readonly string[] {
  const rows = entries.map((entry) => [
    entry.at,
    entry.revision === null ? "-" : shortRevision(entry.revision),
    printable(entry.outcome),
    `${renderCount(entry.actions.length, "action")}, ${renderDuration(entry.milliseconds)}`,
    printable(entry.wakeups.join(", ")),
    firstLine(entry.message),
  ]);
  return alignColumns(rows).flatMap((line, index) => [
    line,
    ...(entries[index]?.actions ?? []).map(
      (action) =>
        `    ${action.result === "done" ? "✓" : action.result === "failed" ? "✗" : "-"} ${printable(action.id)}  ${action.cause}: ${firstLine(action.error ?? action.reason)}`,
    ),
  ]);
}
