/** Names that convene itself gives to containers: replacements on their way, old ones kept, builders of images. */
import type { Diagnostic } from "../diagnostic.ts";
import { type LoadedManifest, manifestsOf } from "../loaded-manifest.ts";

/** The same words as in plan/container-names.ts. */
const RESERVED = /^build-|-next$|-old$/u;

export function checkReservedNames(manifests: readonly LoadedManifest[]): readonly Diagnostic[] {
  return manifestsOf(manifests, "Container")
    .filter(({ manifest }) => RESERVED.test(manifest.metadata.name))
    .map(({ manifest, locate }) => ({
      code: "ReservedName",
      message: `a container cannot be called \`${manifest.metadata.name}\``,
      hint: "convene uses names that begin with `build-` or end with `-next` or `-old` while it replaces containers",
      location: locate(["metadata", "name"]),
    }));
}
