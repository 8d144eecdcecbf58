/** What is wrong in a file, where, and what would be right. */
import type { SourceLocation } from "../system/errors.ts";

export interface Diagnostic {
  /** Stable CamelCase name: `UnknownField`. */
  readonly code: string;
  /** What was found. */
  readonly message: string;
  /** What is allowed, or what to do. */
  readonly hint?: string;
  readonly location: SourceLocation;
}

/** `site.yaml:14:3: message (hint)`, the form editors and terminals make clickable. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { file, line, column } = diagnostic.location;
  return `${file}:${line}:${column}: ${diagnostic.message}${diagnostic.hint ? ` (${diagnostic.hint})` : ""}`;
}

/** Files in order, then lines, then columns. */
export function compareDiagnostics(left: Diagnostic, right: Diagnostic): number {
  if (left.location.file !== right.location.file) return left.location.file < right.location.file ? -1 : 1;
  return left.location.line - right.location.line || left.location.column - right.location.column;
}
