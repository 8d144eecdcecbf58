/** A tree of files to everything the model needs, or to every mistake in it at once. */
import type { TreeFile } from "../control/agent-api.ts";
import { crossCheck } from "../manifests/cross-check.ts";
import { type Diagnostic, compareDiagnostics } from "../manifests/diagnostic.ts";
import { loadManifests } from "../manifests/load.ts";
import { type LoadedManifest, manifestsOf } from "../manifests/loaded-manifest.ts";
import type { SiteManifest } from "../manifests/schema/site.ts";
import { siteScope } from "../manifests/site-scope.ts";
import type { Catalogue } from "./catalogue/catalogue.ts";
import { readCatalogue } from "./catalogue/read-catalogue.ts";
import { type UsedComponent, instantiateComponent, useComponents } from "./catalogue/use-components.ts";
import { desiredConsul } from "./consul.ts";
import type { DesiredConsul } from "./desired-state.ts";
import type { ResolvedComponent } from "./model-input.ts";

export interface ResolvedTree {
  /** Undefined when there is no valid Site; then there are diagnostics. */
  readonly site: LoadedManifest<SiteManifest> | undefined;
  readonly manifests: readonly LoadedManifest[];
  readonly components: readonly ResolvedComponent[];
  readonly catalogueVersion: string;
  readonly consul: DesiredConsul;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads the catalogue's search path anew, so that an upgraded catalogue is seen. */
export async function resolveTree(
  files: readonly TreeFile[],
  catalogue: readonly string[],
): Promise<ResolvedTree> {
  return resolveWith(files, await readCatalogue(catalogue));
}

export function resolveWith(files: readonly TreeFile[], catalogue: Catalogue): ResolvedTree {
  const loaded = loadManifests(files);
  const [site] = manifestsOf(loaded.manifests, "Site");
  const used = site ? useComponents(loaded.manifests, site, catalogue) : { components: [], diagnostics: [] };
  const resolved = site ? used.components.map((one) => resolveComponent(one, site)) : [];
  const components = resolved.map((one) => one.component);
  const early = [...loaded.diagnostics, ...used.diagnostics, ...resolved.flatMap((one) => one.diagnostics)];
  // Rules over all manifests would blame what only an invalid one lacks, so they wait until each is valid by itself.
  const all = [
    ...loaded.manifests,
    ...components.flatMap((one) => [...one.images, ...one.containers, ...one.checks]),
  ];
  const crossed = early.length > 0 ? [] : crossCheck(all);
  return {
    site,
    manifests: loaded.manifests,
    components,
    catalogueVersion: catalogue.version,
    consul: desiredConsul(site, components),
    diagnostics: [...early, ...crossed].toSorted(compareDiagnostics),
  };
}

function resolveComponent(
  used: UsedComponent,
  site: LoadedManifest<SiteManifest>,
): { readonly component: ResolvedComponent; readonly diagnostics: readonly Diagnostic[] } {
  const scope = { site: siteScope(site.manifest) };
  const { manifests, diagnostics } = instantiateComponent(used, ["Image", "Container", "Check"], scope);
  return {
    component: {
      name: used.component.manifest.metadata.name,
      uses: used.folder.name,
      parameters: used.parameters,
      images: manifestsOf(manifests, "Image"),
      containers: manifestsOf(manifests, "Container"),
      checks: manifestsOf(manifests, "Check"),
      readFile: (name) => used.folder.files.get(name),
      document: used.component,
    },
    diagnostics,
  };
}
