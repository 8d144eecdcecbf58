/** An error as lines: where, what, and what to do about it. */
import type { ErrorReport } from "../system/errors.ts";
import { printable, printableLines } from "./printable.ts";

/** The first line starts with the place, in the form editors make clickable. */
export function renderError(report: ErrorReport): readonly string[] {
  const where = report.location
    ? `${report.location.file}:${report.location.line}:${report.location.column}: `
    : report.subject
      ? `${report.subject}: `
      : "";
  const [first = "", ...rest] = printableLines(report.message);
  return [
    `✗ ${printable(where)}${first}`,
    ...rest.map((line) => `  ${line}`),
    ...(report.hint === undefined ? [] : printableLines(report.hint).map((line) => `  → ${line}`)),
  ];
}
