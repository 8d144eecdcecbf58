/** Each Component of a site with the catalogue folder it uses and its parameters, ready to become containers. */
import type { Diagnostic } from "../../manifests/diagnostic.ts";
import { instantiate } from "../../manifests/instantiate.ts";
import type { Instantiated } from "../../manifests/instantiate.ts";
import { manifestsOf } from "../../manifests/loaded-manifest.ts";
import type { LoadedManifest } from "../../manifests/loaded-manifest.ts";
import type { Scope } from "../../manifests/references.ts";
import type { ComponentManifest } from "../../manifests/schema/component.ts";
import type { Kind } from "../../manifests/schema/manifest.ts";
import type { SiteManifest } from "../../manifests/schema/site.ts";
import { siteScope } from "../../manifests/site-scope.ts";
import { suggestion } from "../../manifests/suggestion.ts";
import { kindOf } from "../../manifests/validate.ts";
import { applyParameters } from "./apply-parameters.ts";
import type { Parameters } from "./apply-parameters.ts";
import type { Catalogue, CatalogueFolder } from "./catalogue.ts";

export interface UsedComponent {
  readonly component: LoadedManifest<ComponentManifest>;
  readonly folder: CatalogueFolder;
  readonly parameters: Parameters;
}

export interface UsedComponents {
  readonly components: readonly UsedComponent[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Finds every Component's folder and checks its parameters; diagnostics lie at the operator's lines. */
export function useComponents(
  manifests: readonly LoadedManifest[],
  site: LoadedManifest<SiteManifest>,
  catalogue: Catalogue,
): UsedComponents {
  const wrongVersion = versionMismatch(site, catalogue);
  if (wrongVersion) return { components: [], diagnostics: [wrongVersion] };
  const scope = { site: siteScope(site.manifest) };
  const results = manifestsOf(manifests, "Component").map((component) =>
    useComponent(component, catalogue, scope),
  );
  return {
    components: results.flatMap((result) => result.components),
    diagnostics: results.flatMap((result) => result.diagnostics),
  };
}

/**
 * The folder's manifests of the given kinds with every reference resolved. `scope` adds to `parameters`, and holds
 * `site`, and whatever else is known by then, such as `containers` for checks.
 */
export function instantiateComponent(
  used: UsedComponent,
  kinds: readonly Kind[],
  scope: Scope,
): Instantiated {
  const documents = used.folder.documents.filter((document) => {
    const kind = kindOf(document);
    return typeof kind !== "string" || kinds.includes(kind);
  });
  const results = documents.map((document) =>
    instantiate(document, { ...scope, parameters: used.parameters }),
  );
  return {
    manifests: results.flatMap((result) => result.manifests),
    diagnostics: results.flatMap((result) => result.diagnostics),
  };
}

function useComponent(
  component: LoadedManifest<ComponentManifest>,
  catalogue: Catalogue,
  scope: Scope,
): UsedComponents {
  const { uses } = component.manifest.spec;
  const folder = catalogue.folders.get(uses);
  if (folder === undefined) {
    const known = [...catalogue.folders.keys()];
    const message = `the catalogue has no folder \`${uses}\``;
    const hint = `there: ${known.join(", ")}${suggestion(uses, known)}`;
    const location = component.locate(["spec", "uses"]);
    return { components: [], diagnostics: [{ code: "UnknownComponent", message, hint, location }] };
  }
  if (folder.diagnostics.length > 0) return { components: [], diagnostics: folder.diagnostics };
  const { parameters, diagnostics } = applyParameters(folder.parameters, component, scope);
  return { components: diagnostics.length > 0 ? [] : [{ component, folder, parameters }], diagnostics };
}

function versionMismatch(site: LoadedManifest<SiteManifest>, catalogue: Catalogue): Diagnostic | undefined {
  const wanted = site.manifest.spec.catalogue;
  if (wanted === catalogue.version) return undefined;
  return {
    code: "UnknownCatalogue",
    message: `catalogue version \`${wanted}\` is not installed`,
    hint: `installed: "${catalogue.version}"`,
    location: site.locate(["spec", "catalogue"]),
  };
}
