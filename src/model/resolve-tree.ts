/** A tree of files to everything the model needs, or to every mistake in it at once. */
import type { TreeFile } from "../control/agent-api.ts";
import { crossCheck } from "../manifests/cross-check.ts";
import { type Diagnostic, compareDiagnostics } from "../manifests/diagnostic.ts";
import { loadManifests } from "../manifests/load.ts";
import { type LoadedManifest, manifestsOf } from "../manifests/loaded-manifest.ts";
import type { SiteManifest } from "../manifests/schema/site.ts";
import type { Catalogue } from "./catalogue/catalogue.ts";
import { readCatalogue } from "./catalogue/read-catalogue.ts";
import { resolveComponents } from "./catalogue/resolve-components.ts";
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
  const { components, diagnostics } = site
    ? resolveComponents(loaded.manifests, site, catalogue, files)
    : { components: [], diagnostics: [] };
  const early = [...loaded.diagnostics, ...diagnostics];
  const crossed = crossCheck({ manifests: loaded.manifests, components, partial: early.length > 0 });
  return {
    site,
    manifests: loaded.manifests,
    components,
    catalogueVersion: catalogue.version,
    consul: desiredConsul(site, components),
    diagnostics: [...early, ...crossed].toSorted(compareDiagnostics),
  };
}
