/** File contents from LiquidJS templates: strict, bounded, from memory only, every value escaped. */
import { Liquid, LiquidError } from "liquidjs";
import type { Template } from "liquidjs";
import type { Language } from "../manifests/schema/files.ts";
import { ConveneError } from "../system/errors.ts";
import { Secret } from "../system/secret.ts";
import { escapeFor, literalFor } from "./template-escape.ts";

export type TemplateVariables = Readonly<Record<string, unknown>>;

export interface TemplateEngine {
  /**
   * The file. `name` is shown in errors: `turn/turnserver.conf.liquid`. Secrets are written out where they stand
   * in `variables.secrets`, which is handed in for secret files only; anywhere else they are refused.
   * Throws ConveneError `TemplateFailed` with the template's line and column.
   */
  render(name: string, source: string, language: Language, variables: TemplateVariables): string;
}

/** Characters of a template, milliseconds of one rendering, objects and characters made while rendering. */
const LIMITS = { parseLimit: 2 ** 18, renderLimit: 2000, memoryLimit: 2 ** 22 } as const;
const KEPT_TEMPLATES = 500;

/** No tag that reads another template or counts across renderings. */
const TAGS = ["assign", "break", "capture", "case", "comment", "continue", "for", "if", "raw", "unless", "#"];

/** `raw` and its kin go around escaping; the others answer differently each time they are asked. */
const REMOVED_FILTERS = [
  "raw",
  "jsonify",
  "inspect",
  "sample",
  "date",
  "date_to_xmlschema",
  "date_to_rfc822",
  "date_to_string",
  "date_to_long_string",
];

/** An engine that keeps what it has parsed. */
export function createTemplateEngine(): TemplateEngine {
  const engines = new Map<Language, Liquid>();
  const parsed = new Map<string, readonly Template[]>();

  function engineFor(language: Language): Liquid {
    const engine = engines.get(language) ?? createLiquid(language);
    engines.set(language, engine);
    return engine;
  }

  function parse(engine: Liquid, language: Language, name: string, source: string): Template[] {
    const key = `${language}\n${name}\n${source}`;
    const templates = parsed.get(key) ?? engine.parse(source, name);
    if (parsed.size >= KEPT_TEMPLATES) parsed.clear();
    parsed.set(key, templates);
    return [...templates];
  }

  return {
    render(name, source, language, variables) {
      const engine = engineFor(language);
      try {
        return String(engine.renderSync(parse(engine, language, name, source), revealed(variables)));
      } catch (error) {
        throw failure(name, error);
      }
    },
  };
}

function createLiquid(language: Language): Liquid {
  const engine = new Liquid({
    ...LIMITS,
    strictFilters: true,
    strictVariables: true,
    // `{% if groups.jitsi %}` may ask whether something is there; writing it out still may not.
    lenientIf: true,
    ownPropertyOnly: true,
    // With a mapping there is no file system to read from (https://liquidjs.com/tutorials/render-file.html).
    templates: {},
    outputEscape: (value: unknown) => escapeFor(language, scalar(value)),
  });
  for (const tag of Object.keys(engine.tags)) if (!TAGS.includes(tag)) delete engine.tags[tag];
  for (const filter of REMOVED_FILTERS) engine.unregisterFilter(filter);
  engine.registerFilter("json", {
    raw: true,
    handler: (value: unknown) => literalFor(language, value),
  });
  return engine;
}

function revealed(variables: TemplateVariables): object {
  const { secrets } = variables;
  if (typeof secrets !== "object" || secrets === null) return { ...variables };
  const entries = Object.entries(secrets).map(([name, secret]: [string, unknown]) => {
    return [name, secret instanceof Secret ? secret.reveal() : secret];
  });
  return { ...variables, secrets: Object.fromEntries(entries) };
}

function scalar(value: unknown): string | number | boolean {
  if (value === null || value === undefined) return "";
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (value instanceof Secret) throw new RangeError("a secret outside of `secrets`");
  throw new RangeError("a list or an object cannot be written as one value: loop over it, or use `json`");
}

function failure(name: string, error: unknown): ConveneError {
  const [line, column] = error instanceof LiquidError ? error.token.getPosition() : [1, 1];
  const cause = error instanceof LiquidError ? (error.originalError ?? error) : error;
  const message = cause instanceof Error ? cause.message.replace(/, file:.*$/su, "") : String(cause);
  return new ConveneError({
    code: "TemplateFailed",
    message,
    hint: "correct the template, or the parameter whose value it writes",
    location: { file: name, line: line ?? 1, column: column ?? 1 },
    cause,
  });
}
