/** A tree of files and the catalogue to everything a desired state is built from, or all that is wrong with it. */
import { crossCheck } from "../../manifests/cross-check.ts";
import { compareDiagnostics } from "../../manifests/diagnostic.ts";
import type { Diagnostic } from "../../manifests/diagnostic.ts";
import { loadManifests } from "../../manifests/load.ts";
import { manifestsOf } from "../../manifests/loaded-manifest.ts";
import type { LoadedManifest } from "../../manifests/loaded-manifest.ts";
import type { SiteManifest } from "../../manifests/schema/site.ts";
import type { SourceFile } from "../../manifests/source-file.ts";
import type { ResolvedComponent } from "../model-input.ts";
import type { Catalogue } from "./catalogue.ts";
import { resolveComponents } from "./resolve-components.ts";

export interface ResolvedSite {
  readonly site: LoadedManifest<SiteManifest>;
  /** The operator's manifests, Site included. */
  readonly manifests: readonly LoadedManifest[];
  readonly components: readonly ResolvedComponent[];
}

export interface SiteResult {
  /** Absent when there is any diagnostic. */
  readonly resolved?: ResolvedSite;
  readonly diagnostics: readonly Diagnostic[];
}

/** A broken manifest is missing to the others: saying so as well would only hide the real mistake. */
const ABOUT_ABSENCE: readonly string[] = ["UnknownSecret", "UnknownContainer", "UnknownImage", "NameNotCovered"];

/** What `convene validate`, the pre-receive hook and the agent agree on. */
export function resolveSite(files: readonly SourceFile[], catalogue: Catalogue): SiteResult {
  const loaded = loadManifests(files);
  const { manifests } = loaded;
  const [site] = manifestsOf(manifests, "Site");
  if (site === undefined) {
    const diagnostics = loaded.diagnostics.length > 0 ? loaded.diagnostics : crossCheck(manifests);
    return { diagnostics };
  }
  const { components, diagnostics: unresolved } = resolveComponents(manifests, site, catalogue, files);
  const shipped = components.filter((component) => component.document !== site).flatMap(atOperatorsLine);
  const broken = unresolved.length + loaded.diagnostics.length > 0;
  const together = crossCheck([...manifests, ...shipped]).filter(({ code }) => !broken || !ABOUT_ABSENCE.includes(code));
  const diagnostics = [...loaded.diagnostics, ...unresolved, ...together].toSorted(compareDiagnostics);
  return diagnostics.length > 0
    ? { diagnostics }
    : { resolved: { site, manifests, components }, diagnostics };
}

/** An operator cannot change the catalogue: what collides is said at the Component that brings it in. */
function atOperatorsLine(component: ResolvedComponent): readonly LoadedManifest[] {
  const { document } = component;
  const all: readonly LoadedManifest[] = [...component.images, ...component.containers, ...component.checks];
  return all.map((loaded) => ({
    ...loaded,
    file: document.file,
    locate: () => document.locate(["spec", "uses"]),
  }));
}
