/** Text to documents: YAML's own errors, and what YAML allows and manifests do not. */
import { LineCounter, parseAllDocuments } from "yaml";
import type { Document } from "yaml";
import { BOUNDS, top } from "./bounds.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { locationAt, locator } from "./document.ts";
import type { ManifestDocument } from "./document.ts";
import type { SourceFile } from "./source-file.ts";
import { yamlProblems } from "./yaml-rules.ts";

export interface ParsedFile {
  readonly documents: readonly ManifestDocument[];
  readonly diagnostics: readonly Diagnostic[];
}

/** All documents of a file that are free of errors, and the errors of the others. */
export function parseFile(file: SourceFile): ParsedFile {
  const text = decode(file);
  if (typeof text !== "string") return { documents: [], diagnostics: [text] };
  try {
    return parseText(file.path, text);
  } catch (error) {
    // Both the parser and the walk recurse: a file that is nothing but brackets ends here.
    if (!(error instanceof RangeError)) throw error;
    return failed(file.path, "TooDeep", "nested too deeply to be read", "write it flatter");
  }
}

function decode(file: SourceFile): string | Diagnostic {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(file.content);
    if (!text.includes("\u0000")) return text;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  return {
    code: "NotText",
    message: "a binary file, or not UTF-8",
    hint: "only text belongs into a .yaml file; save it as UTF-8",
    location: top(file.path),
  };
}

function parseText(file: string, text: string): ParsedFile {
  const lines = new LineCounter();
  // Duplicate keys are found below: the parser compares every key with every other one.
  const options = { lineCounter: lines, prettyErrors: false, uniqueKeys: false, logLevel: "error" } as const;
  const parsed = [...parseAllDocuments(text, options)];
  if (parsed.length > BOUNDS.documentsPerFile) {
    return failed(
      file,
      "TooManyDocuments",
      `${parsed.length} documents`,
      `at most ${BOUNDS.documentsPerFile} in a file`,
    );
  }
  const documents: ManifestDocument[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const document of parsed) {
    const wrong = [...syntaxErrors(file, document, lines), ...problems(file, document, lines)];
    diagnostics.push(...wrong);
    if (wrong.length > 0 || document.contents === null) continue;
    const data = toData(file, document, lines);
    if (isFailure(data)) diagnostics.push(data.diagnostic);
    else if (data.value !== null)
      documents.push({ file, data: data.value, locate: locator(file, document, lines) });
  }
  return { documents, diagnostics };
}

/** A file that is not YAML at all fails in thousands of places: the first ones are enough. */
const SHOWN_SYNTAX_ERRORS = 10;

function syntaxErrors(file: string, document: Document, lines: LineCounter): readonly Diagnostic[] {
  return [...document.errors, ...document.warnings].slice(0, SHOWN_SYNTAX_ERRORS).map((error) => ({
    code: "InvalidYaml",
    // The parser reports its own exhausted stack as an error of the text.
    message: error.message.startsWith("Maximum call stack") ? "nested too deeply to be read" : error.message,
    location: locationAt(file, lines, error.pos[0]),
  }));
}

function problems(file: string, document: Document, lines: LineCounter): readonly Diagnostic[] {
  return yamlProblems(document, (offset) => lines.linePos(offset).line).map(({ offset, ...problem }) => ({
    ...problem,
    location: locationAt(file, lines, offset),
  }));
}

interface Failure {
  readonly diagnostic: Diagnostic;
}

function toData(file: string, document: Document, lines: LineCounter): Failure | { readonly value: unknown } {
  try {
    return { value: document.toJS({ maxAliasCount: BOUNDS.aliases }) };
  } catch (error) {
    // The library's word for aliases of aliases that multiply beyond the bound.
    if (!(error instanceof ReferenceError)) throw error;
    const location = locationAt(file, lines, document.contents?.range?.[0] ?? 0);
    const hint = `aliases may stand for at most ${BOUNDS.aliases} values in a document`;
    return { diagnostic: { code: "TooManyAliases", message: error.message, hint, location } };
  }
}

function isFailure(result: object): result is Failure {
  return "diagnostic" in result;
}

function failed(file: string, code: string, message: string, hint: string): ParsedFile {
  return { documents: [], diagnostics: [{ code, message, hint, location: top(file) }] };
}
