/** A document with references to the manifests it stands for: one, or with `forEach` one per entry of a list. */
import type { Diagnostic } from "./diagnostic.ts";
import type { ManifestDocument } from "./document.ts";
import type { LoadedManifest } from "./loaded-manifest.ts";
import { resolveReferences } from "./references.ts";
import type { Scope } from "./references.ts";
import { validateDocument } from "./validate.ts";

export interface Instantiated {
  readonly manifests: readonly LoadedManifest[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Entry of a list as `${item.…}` names it. */
type Item = Readonly<Record<string, unknown>>;

/** Resolves and validates a document. Each manifest made by `forEach` carries its `item`. */
export function instantiate(document: ManifestDocument, scope: Scope): Instantiated {
  const list = forEachOf(document.data);
  if (list === undefined) return instantiateOne(document, scope, undefined);
  const resolved = resolveReferences(list.forEach, scope, () => document.locate(["spec", "forEach"]));
  if (resolved.diagnostics.length > 0) return { manifests: [], diagnostics: resolved.diagnostics };
  const entries = resolved.data ?? [];
  if (!Array.isArray(entries) || !entries.every(isItem)) {
    const location = document.locate(["spec", "forEach"]);
    const hint = "allowed: a list of entries that each have fields";
    return {
      manifests: [],
      diagnostics: [{ code: "WrongType", message: "`spec.forEach` is no list", hint, location }],
    };
  }
  const template = { ...document, data: list.rest };
  const results = entries.map((entry) => instantiateOne(template, scope, withNumber(entry)));
  return {
    manifests: results.flatMap((result) => result.manifests),
    diagnostics: withoutRepetition(results.flatMap((result) => result.diagnostics)),
  };
}

function instantiateOne(document: ManifestDocument, scope: Scope, item: Item | undefined): Instantiated {
  const known = item === undefined ? scope : { ...scope, item };
  const full = { ...known, ...selfOf(document, known) };
  const resolved = resolveReferences(document.data, full, document.locate);
  if (resolved.diagnostics.length > 0) return { manifests: [], diagnostics: resolved.diagnostics };
  const { manifest, diagnostics } = validateDocument({ ...document, data: resolved.data });
  if (manifest === undefined) return { manifests: [], diagnostics };
  return { manifests: [item === undefined ? manifest : { ...manifest, item }], diagnostics };
}

/** In a check `${self.ipv4}` is the address of the container it names. */
function selfOf(document: ManifestDocument, scope: Scope): Scope {
  const { containers } = scope;
  if (!isItem(document.data) || !isItem(document.data.spec) || !isItem(containers)) return {};
  const { data: name } = resolveReferences(document.data.spec.container, scope, document.locate);
  return typeof name === "string" && Object.hasOwn(containers, name) ? { self: containers[name] } : {};
}

/** `bridge-12` has the number 12; an entry whose name ends in none has no number. */
function withNumber(entry: Item): Item {
  const digits = typeof entry.name === "string" ? /[0-9]{1,4}$/u.exec(entry.name) : null;
  return digits ? { number: Number(digits[0]), ...entry } : entry;
}

function forEachOf(data: unknown): { readonly forEach: unknown; readonly rest: unknown } | undefined {
  if (!isItem(data) || !isItem(data.spec) || !Object.hasOwn(data.spec, "forEach")) return undefined;
  const { forEach, ...spec } = data.spec;
  return { forEach, rest: { ...data, spec } };
}

function isItem(value: unknown): value is Item {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function withoutRepetition(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...new Map(diagnostics.map((one) => [JSON.stringify(one), one])).values()];
}
