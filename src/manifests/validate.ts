/** One document against the schema of its kind. */
import { diagnosticsOf } from "./issues.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { ManifestDocument } from "./document.ts";
import { fieldGuide } from "./field-guide.ts";
import type { LoadedManifest } from "./loaded-manifest.ts";
import { isKind, MANIFEST_SCHEMAS } from "./schema/manifest.ts";
import type { Kind } from "./schema/manifest.ts";
import { suggestion } from "./suggestion.ts";

export interface Validated {
  readonly manifest?: LoadedManifest;
  readonly diagnostics: readonly Diagnostic[];
}

/** The typed manifest, or everything that is wrong with it. Expects references to be resolved. */
export function validateDocument(document: ManifestDocument): Validated {
  const kind = kindOf(document);
  if (typeof kind !== "string") return { diagnostics: [kind] };
  const schema = MANIFEST_SCHEMAS[kind];
  const result = schema.safeParse(document.data);
  if (!result.success) {
    const context = { data: document.data, locate: document.locate, guide: fieldGuide(schema) };
    return { diagnostics: diagnosticsOf(result.error.issues, context) };
  }
  return {
    manifest: { file: document.file, manifest: result.data, locate: document.locate },
    diagnostics: [],
  };
}

/** The document's kind, or why it has none. */
export function kindOf(document: ManifestDocument): Kind | Diagnostic {
  const { data } = document;
  const kinds = Object.keys(MANIFEST_SCHEMAS);
  if (typeof data !== "object" || data === null || Array.isArray(data)) {
    return {
      code: "NotAManifest",
      message: `${Array.isArray(data) ? "a list" : "a single value"} where a manifest should be`,
      hint: "a manifest has apiVersion, kind, metadata and spec; documents are separated by ---",
      location: document.locate([]),
    };
  }
  const kind: unknown = Reflect.get(data, "kind");
  if (typeof kind === "string" && isKind(kind)) return kind;
  if (kind === undefined) {
    return {
      code: "MissingField",
      message: "`kind` is missing",
      hint: `allowed: ${kinds.join(", ")}; YAML that is no manifest belongs into a folder whose name begins with a dot`,
      location: document.locate([]),
    };
  }
  const word = typeof kind === "string" ? kind.slice(0, 60) : typeof kind;
  return {
    code: "UnknownKind",
    message: `unknown kind \`${word}\``,
    hint: `allowed: ${kinds.join(", ")}${suggestion(word, kinds)}`,
    location: document.locate(["kind"]),
  };
}
