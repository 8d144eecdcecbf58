/** A schema's complaint in words an operator can act on: what was found, where, and what is allowed. */
import type { z } from "zod";
import type { Diagnostic } from "./diagnostic.ts";
import type { DocumentPath, Locate } from "./loaded-manifest.ts";
import type { FieldGuide } from "./field-guide.ts";
import { suggestion } from "./suggestion.ts";
import { pathText, show } from "./value-text.ts";

type Issue = z.core.$ZodIssue;

export interface IssueContext {
  readonly data: unknown;
  readonly locate: Locate;
  readonly guide: FieldGuide;
  /** Where the validated value lies in its document; the document itself when absent. */
  readonly base?: DocumentPath;
}

/** A diagnostic that knows which value it is about; unknown fields have none. */
interface Complaint extends Diagnostic {
  readonly path?: string;
}

/** Every issue as diagnostics; an unknown-keys issue becomes one for each key. */
export function diagnosticsOf(issues: readonly Issue[], context: IssueContext): readonly Diagnostic[] {
  const all = issues.flatMap((issue) => translate(issue, stepsOf(issue.path), context));
  // A value of the wrong type also breaks every rule for the right one: the first complaint is the real one.
  const paths = all.map((complaint) => complaint.path);
  return all
    .filter(({ path }, index) => path === undefined || paths.indexOf(path) === index)
    .map(({ code, message, hint, location }) => ({
      code,
      message,
      ...(hint === undefined ? {} : { hint }),
      location,
    }));
}

function translate(issue: Issue, path: DocumentPath, context: IssueContext): readonly Complaint[] {
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownField(key, path, context));
  if (issue.code === "invalid_union") return translateUnion(issue, path, context);
  const found = valueAt(context.data, path);
  if (found === undefined) return [missingField(path, context)];
  return [invalidValue(issue, path, found, context)];
}

function unknownField(key: string, path: DocumentPath, context: IssueContext): Diagnostic {
  const allowed = context.guide.fieldsAt(path);
  const where = path.length === 0 ? "here" : `in ${pathText(path)}`;
  return {
    code: "UnknownField",
    message: `unknown field \`${key}\``,
    hint: `allowed ${where}: ${allowed.join(", ")}${suggestion(key, allowed)}`,
    location: context.locate([...(context.base ?? []), ...path, key], "key"),
  };
}

function missingField(path: DocumentPath, context: IssueContext): Diagnostic {
  const description = context.guide.descriptionAt(path);
  return {
    code: "MissingField",
    message: `\`${pathText(path)}\` is missing`,
    ...(description === undefined ? {} : { hint: description }),
    location: context.locate([...(context.base ?? []), ...path]),
  };
}

function invalidValue(issue: Issue, path: DocumentPath, found: unknown, context: IssueContext): Complaint {
  const has = issue.code === "custom" ? issue.params?.found : undefined;
  return {
    code: issue.code === "invalid_type" ? "WrongType" : "InvalidValue",
    message: `\`${pathText(path)}\` ${typeof has === "string" ? `has ${has}` : `is ${show(found, path)}`}`,
    hint: `allowed: ${allowedBy(issue)}`,
    location: context.locate([...(context.base ?? []), ...path]),
    path: pathText(path),
  };
}

function allowedBy(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return TYPE_NAMES[issue.expected] ?? issue.expected;
    case "invalid_value":
      return issue.values.map(String).join(", ");
    case "too_small":
      return `at least ${issue.minimum}${unitOf(issue.origin)}`;
    case "too_big":
      return `at most ${issue.maximum}${unitOf(issue.origin)}`;
    default:
      return issue.message;
  }
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: "text",
  int: "a whole number",
  number: "a number",
  boolean: "true or false",
  object: "fields (`name: value`)",
  record: "fields (`name: value`)",
  array: "a list",
};

function unitOf(origin: string): string {
  if (origin === "array") return " entries";
  return origin === "string" ? " characters" : "";
}

/** The one alternative the writer most likely meant: the fitting type with the fewest complaints. */
function translateUnion(
  issue: Extract<Issue, { code: "invalid_union" }>,
  path: DocumentPath,
  context: IssueContext,
): readonly Complaint[] {
  const found = valueAt(context.data, path);
  if (found === undefined) return [missingField(path, context)];
  const fitting = issue.errors.filter((branch) =>
    branch.every((inner) => inner.path.length > 0 || isAboutContent(inner)),
  );
  const ranked = fitting.toSorted((left, right) => weight(left) - weight(right));
  const [best] = ranked;
  if (best && typeof found === "object") {
    const unknown = best.filter((inner) => inner.code === "unrecognized_keys");
    return (unknown.length > 0 ? unknown : best).flatMap((inner) =>
      translate(inner, [...path, ...stepsOf(inner.path)], context),
    );
  }
  const words = context.guide.wordsAt(path).join(", ");
  const allowed =
    context.guide.descriptionAt(path) ?? (words || issue.errors.flat().map(allowedBy).join(", or "));
  const message = `\`${pathText(path)}\` is ${show(found, path)}`;
  const location = context.locate([...(context.base ?? []), ...path]);
  return [{ code: "InvalidValue", message, hint: `allowed: ${allowed}`, location }];
}

function isAboutContent(issue: Issue): boolean {
  return issue.code !== "invalid_type" && issue.code !== "invalid_value";
}

function weight(issues: readonly Issue[]): number {
  return issues.reduce((sum, issue) => sum + (issue.code === "unrecognized_keys" ? 10 : 1), 0);
}

function stepsOf(path: readonly PropertyKey[]): DocumentPath {
  return path.map((step) => (typeof step === "number" ? step : String(step)));
}

function valueAt(data: unknown, path: DocumentPath): unknown {
  let value = data;
  for (const step of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}
