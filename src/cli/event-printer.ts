/** Turns events into lines as they come: checks that pass share a line, and long work is named when it is asked for. */
import type { EventView } from "../control/plan-view.ts";
import type { ErrorReport } from "../system/errors.ts";
import { printable } from "./printable.ts";
import { renderCheck, renderEvent, renderPassed } from "./render-event.ts";
import { renderError } from "./render-error.ts";
import { renderPlanSummary } from "./render-plan.ts";
import { renderDuration } from "./render-time.ts";

export interface EventPrinter {
  show(event: EventView): void;
  /** Says what is being done now. */
  showStillWorking(nowMs: number): void;
  /** Of a pass that failed: prints the errors whose events have not been shown. */
  showErrors(errors: readonly ErrorReport[]): void;
  /** Prints what is held back for a shared line. */
  flush(): void;
}

export interface EventPrinterOptions {
  readonly print: (line: string) => void;
  /** `summary` after a push, whose plan was shown before it landed. */
  readonly plan: "whole" | "summary";
}

const LINE_WIDTH = 96;

export function createEventPrinter({ print, plan }: EventPrinterOptions): EventPrinter {
  const running = new Map<string, number>();
  const shown = new Set<string>();
  let passed: string[] = [];

  const flush = (): void => {
    let line = "▸ verify";
    for (const name of passed) {
      if (line.length + name.length + 2 > LINE_WIDTH) {
        print(line);
        line = "        ";
      }
      line += `  ${name}`;
    }
    if (passed.length > 0) print(line);
    passed = [];
  };

  const remember = (event: EventView): void => {
    if (event.type === "action-started") running.set(event.id, event.at);
    if (event.type === "action-finished" || event.type === "action-failed") running.delete(event.id);
    if (event.type === "action-failed") shown.add(event.error.message);
    if (event.type === "pass-started") running.clear();
  };

  return {
    flush,
    show: (event) => {
      remember(event);
      if (event.type === "check" && event.result.ok && event.result.severity === "ok") {
        passed.push(renderPassed(event.result));
        return;
      }
      flush();
      for (const line of lines(event, plan)) print(line);
    },
    showErrors: (errors) => {
      flush();
      for (const error of errors.filter(({ message }) => !shown.has(message)))
        for (const line of renderError(error)) print(line);
    },
    showStillWorking: (nowMs) => {
      flush();
      const [longest] = [...running].toSorted((left, right) => left[1] - right[1]);
      const others = running.size > 1 ? ` and ${running.size - 1} more` : "";
      if (longest) {
        // An event may be older than who follows, so it is dated; the time may have been set back since.
        const spent = renderDuration(Math.max(0, nowMs - longest[1]));
        print(`  … still at ${printable(longest[0])}, ${spent}${others}`);
      } else print("  … still working");
    },
  };
}

function lines(event: EventView, plan: EventPrinterOptions["plan"]): readonly string[] {
  if (event.type === "planned" && plan === "summary") return [`▸ ${renderPlanSummary(event.plan)}`];
  if (event.type === "pass-started") return [];
  return event.type === "check" ? renderCheck(event.result) : renderEvent(event);
}
