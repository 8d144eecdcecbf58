/** `${parameters.relayPorts}`: a scalar that stands for a typed value from elsewhere. */
import type { Diagnostic } from "./diagnostic.ts";
import type { DocumentPath, Locate } from "./loaded-manifest.ts";
import { suggestion } from "./suggestion.ts";

/** What can be named: `{parameters: {...}, site: {...}, item: {...}}`. A field that is there but null or undefined is "not set". */
export type Scope = Readonly<Record<string, unknown>>;

export interface Resolved {
  readonly data: unknown;
  readonly diagnostics: readonly Diagnostic[];
}

const WHOLE = /^\$\{([A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*)\}$/u;
const PARTIAL = /\$\{(parameters|site|item|components|containers|groups|self|effective)\./u;

/**
 * The data with every reference replaced. A field whose reference is not set is left out, as if nobody had
 * written it. References inside a longer text are an error: only templates put texts together.
 */
export function resolveReferences(data: unknown, scope: Scope, locate: Locate): Resolved {
  const diagnostics: Diagnostic[] = [];
  const report = (path: DocumentPath, code: string, message: string, hint: string): void => {
    diagnostics.push({ code, message, hint, location: locate(path) });
  };
  const resolve = (value: unknown, path: DocumentPath): unknown => {
    if (typeof value === "string") return resolveText(value, path, scope, report);
    if (Array.isArray(value)) {
      return value
        .map((item: unknown, index) => resolve(item, [...path, index]))
        .filter((item) => item !== undefined);
    }
    if (!isRecord(value)) return value;
    const entries = Object.entries(value).map(
      ([key, inner]) => [key, resolve(inner, [...path, key])] as const,
    );
    return Object.fromEntries(entries.filter(([, inner]) => inner !== undefined));
  };
  return { data: resolve(data, []), diagnostics };
}

/** The name inside a scalar that is a reference: `parameters.relayPorts`. */
function referenceName(value: unknown): string | undefined {
  return typeof value === "string" ? WHOLE.exec(value)?.[1] : undefined;
}

type Report = (path: DocumentPath, code: string, message: string, hint: string) => void;

function resolveText(text: string, path: DocumentPath, scope: Scope, report: Report): unknown {
  const name = referenceName(text);
  if (name === undefined) {
    if (PARTIAL.test(text)) {
      report(
        path,
        "PartialReference",
        `a reference inside a longer text`,
        "a reference is the whole value, as in `${site.domain}`",
      );
    }
    return text;
  }
  let value: unknown = scope;
  let walked = "";
  for (const step of name.split(".")) {
    if (value === undefined || value === null) return undefined;
    const fields = isRecord(value) ? value : {};
    if (!Object.hasOwn(fields, step)) {
      const known = Object.keys(fields);
      const hint =
        known.length > 0 ? `there: ${known.join(", ")}${suggestion(step, known)}` : `${walked} has no fields`;
      report(
        path,
        "UnknownReference",
        `\`\${${name}}\`: nothing is called \`${step}\`${walked ? ` in ${walked}` : ""}`,
        hint,
      );
      return undefined;
    }
    value = fields[step];
    walked = walked === "" ? step : `${walked}.${step}`;
  }
  return value ?? undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
