/** What is wrong in the manifests: place, problem, and the line itself with a mark under it. */
import type { TreeFile } from "../control/agent-api.ts";
import type { Diagnostic } from "../manifests/diagnostic.ts";
import { renderCount } from "./render-count.ts";
import { printable, shortened } from "./printable.ts";

const EXCERPT_WIDTH = 100;
/** More than this helps nobody in a terminal. */
const MAXIMUM_SHOWN = 100;

export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  tree: readonly TreeFile[],
): readonly string[] {
  const sources = new Map(tree.map((file) => [file.path, file.content]));
  const shown = diagnostics.slice(0, MAXIMUM_SHOWN);
  const hidden = diagnostics.length - shown.length;
  return [
    ...shown.flatMap((diagnostic) => renderDiagnostic(diagnostic, sources)),
    ...(hidden > 0 ? [`… and ${hidden} more`] : []),
  ];
}

/** `3 errors in 2 files`. */
export function renderDiagnosticsSummary(diagnostics: readonly Diagnostic[]): string {
  const files = new Set(diagnostics.map((diagnostic) => diagnostic.location.file)).size;
  return `${renderCount(diagnostics.length, "error")} in ${renderCount(files, "file")}`;
}

function renderDiagnostic(
  diagnostic: Diagnostic,
  sources: ReadonlyMap<string, Uint8Array>,
): readonly string[] {
  const { file, line, column } = diagnostic.location;
  return [
    `${printable(file)}:${line}:${column}: ${printable(diagnostic.message)}`,
    ...excerpt(sources.get(file), line, column),
    ...(diagnostic.hint === undefined ? [] : [`    → ${printable(diagnostic.hint)}`]),
  ];
}

function excerpt(content: Uint8Array | undefined, line: number, column: number): readonly string[] {
  if (content === undefined) return [];
  const text = Buffer.from(content).toString("utf8").split(/\r?\n/)[line - 1];
  if (text === undefined || text.trim() === "") return [];
  const label = `${String(line).padStart(5)} | `;
  // The mark stands under the escaped text, which may be longer than the line in the file.
  const before = printable(text.slice(0, Math.max(0, column - 1))).length;
  const mark = before < EXCERPT_WIDTH ? [`${" ".repeat(5)} | ${" ".repeat(before)}^`] : [];
  return [`${label}${shortened(text, EXCERPT_WIDTH)}`, ...mark];
}
