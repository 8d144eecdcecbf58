/** Names that convene itself gives to containers: replacements on their way, old ones kept, builders of images. */
import type { Diagnostic } from "../diagnostic.ts";
import { FORM_NAMES } from "../form-names.ts";
import { type LoadedManifest, manifestsOf } from "../loaded-manifest.ts";

const { next, old, builder } = FORM_NAMES;

export function checkReservedNames(manifests: readonly LoadedManifest[]): readonly Diagnostic[] {
  return manifestsOf(manifests, "Container")
    .filter(({ manifest }) => isReserved(manifest.metadata.name))
    .map(({ manifest, locate }) => ({
      code: "ReservedName",
      message: `a container cannot be called \`${manifest.metadata.name}\``,
      hint: `convene uses names that begin with \`${builder}\` or end with \`${next}\` or \`${old}\` while it replaces containers`,
      location: locate(["metadata", "name"]),
    }));
}

function isReserved(name: string): boolean {
  return name.startsWith(builder) || name.endsWith(next) || name.endsWith(old);
}
