/** Containers and images that an operator wrote in the site's own repository, as one more component. */
import { posix } from "node:path";
import { manifestsOf } from "../../manifests/loaded-manifest.ts";
import type { LoadedManifest } from "../../manifests/loaded-manifest.ts";
import type { SiteManifest } from "../../manifests/schema/site.ts";
import type { SourceFile } from "../../manifests/source-file.ts";
import type { ResolvedComponent } from "../model-input.ts";

/** Undefined when there are none. Their templates lie beside their manifests. */
export function localComponent(
  manifests: readonly LoadedManifest[],
  site: LoadedManifest<SiteManifest>,
  files: readonly SourceFile[],
): ResolvedComponent | undefined {
  const containers = manifestsOf(manifests, "Container");
  const images = manifestsOf(manifests, "Image");
  if (containers.length === 0 && images.length === 0) return undefined;
  const folders = new Set([...containers, ...images].map(({ file }) => posix.dirname(file)));
  return {
    name: "site",
    uses: "site",
    parameters: {},
    images,
    containers,
    checks: [],
    readFile: (name) => {
      if (name.includes("/")) return undefined;
      const paths = [...folders].map((folder) => posix.join(folder, name));
      const found = files.find((file) => paths.includes(file.path));
      return found && new TextDecoder().decode(found.content);
    },
    document: site,
  };
}
