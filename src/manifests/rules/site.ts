/** There is exactly one Site, and an empty repository is no request to remove everything. */
import type { Diagnostic } from "../diagnostic.ts";
import { manifestsOf } from "../loaded-manifest.ts";
import type { LoadedManifest } from "../loaded-manifest.ts";

export function checkSite(manifests: readonly LoadedManifest[]): readonly Diagnostic[] {
  const [first, ...more] = manifestsOf(manifests, "Site");
  if (first === undefined) return [missing(manifests)];
  return more.map((site) => ({
    code: "SecondSite",
    message: `a second Site, \`${site.manifest.metadata.name}\``,
    hint: `one host has one Site; the other is at ${first.file}:${first.locate([]).line}`,
    location: site.locate(["kind"]),
  }));
}

function missing(manifests: readonly LoadedManifest[]): Diagnostic {
  const location = { file: ".", line: 1, column: 1 };
  if (manifests.length > 0) {
    return {
      code: "MissingSite",
      message: "no Site",
      hint: "add a manifest of kind Site, as in desired-state/site.yaml",
      location,
    };
  }
  return {
    code: "EmptyDesiredState",
    message: "no manifest at all",
    hint: "an empty repository changes nothing; `convene uninstall` removes a site",
    location,
  };
}
