/** What an operator set on a component, checked against its folder's parameters and filled up with defaults. */
import type { Diagnostic } from "../../manifests/diagnostic.ts";
import { fieldGuide } from "../../manifests/field-guide.ts";
import { diagnosticsOf } from "../../manifests/issues.ts";
import type { LoadedManifest } from "../../manifests/loaded-manifest.ts";
import { resolveReferences } from "../../manifests/references.ts";
import type { Scope } from "../../manifests/references.ts";
import type { ComponentManifest } from "../../manifests/schema/component.ts";
import type { ParameterDefinition, ParameterDefinitions } from "./parameter-definition.ts";
import { parametersSchema } from "./parameter-schema.ts";

/** Typed values by name: bytes, seconds, `{first, last}`. A parameter that nobody set and that has no default is null. */
export type Parameters = Readonly<Record<string, unknown>>;

export interface AppliedParameters {
  readonly parameters: Parameters;
  /** At the operator's lines. */
  readonly diagnostics: readonly Diagnostic[];
}

/** `scope` is what a default may refer to: `default: ${site.domain}`. */
export function applyParameters(
  definitions: ParameterDefinitions,
  component: LoadedManifest<ComponentManifest>,
  scope: Scope,
): AppliedParameters {
  const base = ["spec", "parameters"];
  const written = withDefaults(definitions, component.manifest.spec.parameters);
  const resolved = resolveReferences(written, scope, (path) => component.locate([...base, ...path]));
  const schema = parametersSchema(definitions);
  const result = schema.safeParse(resolved.data);
  if (resolved.diagnostics.length > 0) return { parameters: {}, diagnostics: resolved.diagnostics };
  if (!result.success) {
    const context = { data: resolved.data, locate: component.locate, guide: fieldGuide(schema), base };
    return { parameters: {}, diagnostics: diagnosticsOf(result.error.issues, context) };
  }
  return {
    parameters: completed(definitions, result.data),
    diagnostics: repeatedNames(definitions, result.data, component),
  };
}

/** An empty value (`memory:`) is one that nobody set. */
function withDefaults(
  definitions: Readonly<Record<string, ParameterDefinition>>,
  values: object,
): Parameters {
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
  for (const [name, definition] of Object.entries(definitions)) {
    if (!Object.hasOwn(given, name) && definition.default !== undefined) given[name] = definition.default;
    if (definition.type === "list" && Array.isArray(given[name])) {
      given[name] = given[name].map((entry: unknown) =>
        isRecord(entry) ? withDefaults(definition.fields, entry) : entry,
      );
    }
  }
  return given;
}

function completed(definitions: ParameterDefinitions, values: Parameters): Parameters {
  const entries = Object.entries(definitions).map(([name, definition]) => {
    const value = values[name] ?? null;
    if (definition.type !== "list" || !Array.isArray(value)) return [name, value];
    return [
      name,
      value.map((entry: unknown) => (isRecord(entry) ? completed(definition.fields, entry) : entry)),
    ];
  });
  return Object.fromEntries(entries);
}

/** Entries of a list that have the same value in the field that should tell them apart. */
function repeatedNames(
  definitions: ParameterDefinitions,
  values: Parameters,
  component: LoadedManifest<ComponentManifest>,
): readonly Diagnostic[] {
  return Object.entries(definitions).flatMap(([parameter, definition]) => {
    const entries: unknown = values[parameter];
    if (definition.type !== "list" || !Array.isArray(entries)) return [];
    const field = definition.unique;
    const marks = entries.map((entry: unknown) =>
      isRecord(entry) ? JSON.stringify(entry[field]) : undefined,
    );
    return marks.flatMap((mark, index) => {
      if (mark === undefined || marks.indexOf(mark) === index) return [];
      const location = component.locate(["spec", "parameters", parameter, index, field]);
      const message = `${mark} is already in the list`;
      return [{ code: "DuplicateName", message, hint: `every entry needs a ${field} of its own`, location }];
    });
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
