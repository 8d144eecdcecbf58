/** How much a repository may hold: what is pushed is read by an agent that must stay small. */
import type { Diagnostic } from "./diagnostic.ts";
import type { SourceFile } from "./source-file.ts";

export const BOUNDS = {
  fileBytes: 2 ** 20,
  files: 2000,
  treeBytes: 16 * 2 ** 20,
  documentsPerFile: 1000,
  /** Aliases in one document: enough to avoid repetition, too few for a bomb. */
  aliases: 100,
  pathLength: 255,
  pathDepth: 16,
} as const;

/** What is wrong with the tree as a whole or with a path in it, before any file is read. */
export function checkBounds(files: readonly SourceFile[]): readonly Diagnostic[] {
  const total = files.reduce((bytes, file) => bytes + file.content.byteLength, 0);
  const found: Diagnostic[] = [];
  if (files.length > BOUNDS.files) {
    found.push(treeDiagnostic("TooManyFiles", `${files.length} files`, `at most ${BOUNDS.files} files`));
  }
  if (total > BOUNDS.treeBytes) {
    found.push(
      treeDiagnostic("TreeTooLarge", `${total} bytes in all files`, `at most ${BOUNDS.treeBytes} bytes`),
    );
  }
  for (const file of files) {
    const problem = pathProblem(file.path);
    if (problem)
      found.push({ code: "UnsafePath", message: problem, hint: "rename the file", location: top(file.path) });
    if (file.content.byteLength > BOUNDS.fileBytes) found.push(tooLarge(file));
  }
  return found;
}

/** The first character of a file. */
export function top(file: string): Diagnostic["location"] {
  return { file: printable(file), line: 1, column: 1 };
}

function pathProblem(path: string): string | undefined {
  if (path.length > BOUNDS.pathLength) return `the path has more than ${BOUNDS.pathLength} characters`;
  if (printable(path) !== path) return "the path has control characters";
  const parts = path.split("/");
  if (parts.length > BOUNDS.pathDepth) return `the path is more than ${BOUNDS.pathDepth} folders deep`;
  if (parts.some((part) => part === "" || part === "." || part === "..")) {
    return "the path is not a plain path below the repository's top";
  }
  return undefined;
}

/** A path is printed in terminals: what could move the cursor there is shown as `?`. */
function printable(path: string): string {
  return path.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/gu, "?");
}

function tooLarge(file: SourceFile): Diagnostic {
  return {
    code: "FileTooLarge",
    message: `${file.content.byteLength} bytes`,
    hint: `at most ${BOUNDS.fileBytes} bytes in a file: split it`,
    location: top(file.path),
  };
}

function treeDiagnostic(code: string, message: string, hint: string): Diagnostic {
  return { code, message, hint, location: { file: ".", line: 1, column: 1 } };
}
