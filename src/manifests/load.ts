/** A tree of files to typed manifests: every error of every file at once, each at its line and column. */
import { checkBounds } from "./bounds.ts";
import { compareDiagnostics } from "./diagnostic.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { ManifestDocument } from "./document.ts";
import { instantiate } from "./instantiate.ts";
import { manifestsOf } from "./loaded-manifest.ts";
import type { LoadedManifest } from "./loaded-manifest.ts";
import { parseFile } from "./parse.ts";
import { siteScope } from "./site-scope.ts";
import { isManifestFile } from "./source-file.ts";
import type { SourceFile } from "./source-file.ts";
import { kindOf, validateDocument } from "./validate.ts";

export interface Loaded {
  /** In the order of files and documents. */
  readonly manifests: readonly LoadedManifest[];
  /** In the order of files, lines and columns; empty when every manifest is valid by itself. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads every manifest of a repository. What they say together is checked by cross-check.ts. */
export function loadManifests(files: readonly SourceFile[]): Loaded {
  const bounds = checkBounds(files);
  if (bounds.length > 0) return { manifests: [], diagnostics: bounds };
  const parsed = files.filter((file) => isManifestFile(file.path)).map(parseFile);
  const documents = parsed.flatMap((file) => file.documents);
  const site = firstSite(documents);
  const results = documents.map((document) => loadDocument(document, site));
  return {
    manifests: results.flatMap((result) => result.manifests),
    diagnostics: [...parsed, ...results].flatMap((result) => result.diagnostics).toSorted(compareDiagnostics),
  };
}

type SiteVariables = ReturnType<typeof siteScope>;

function firstSite(documents: readonly ManifestDocument[]): SiteVariables | undefined {
  const sites = documents.filter((document) => kindOf(document) === "Site").map(validateDocument);
  const [site] = manifestsOf(
    sites.flatMap((result) => result.manifest ?? []),
    "Site",
  );
  return site ? siteScope(site.manifest) : undefined;
}

function loadDocument(document: ManifestDocument, site: SiteVariables | undefined): Loaded {
  const kind = kindOf(document);
  if (typeof kind !== "string" || kind === "Site") {
    const { manifest, diagnostics } = validateDocument(document);
    return { manifests: manifest ? [manifest] : [], diagnostics };
  }
  // Without a valid Site what refers to it cannot be judged; the Site's own errors are reported.
  if (site === undefined && JSON.stringify(document.data).includes("${site."))
    return { manifests: [], diagnostics: [] };
  return instantiate(document, { site });
}
