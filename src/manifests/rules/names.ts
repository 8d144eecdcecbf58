/** A name is given once in each kind. */
import type { Diagnostic } from "../diagnostic.ts";
import type { LoadedManifest } from "../loaded-manifest.ts";

export function checkNames(manifests: readonly LoadedManifest[]): readonly Diagnostic[] {
  const first = new Map<string, LoadedManifest>();
  return manifests.flatMap((loaded) => {
    const { kind, metadata } = loaded.manifest;
    // Two Sites are one mistake, not two.
    if (kind === "Site") return [];
    const earlier = first.get(`${kind}/${metadata.name}`);
    if (earlier === undefined) {
      first.set(`${kind}/${metadata.name}`, loaded);
      return [];
    }
    const { file, line } = earlier.locate(["metadata", "name"]);
    const message = `there is already a ${kind} \`${metadata.name}\``;
    return [
      {
        code: "DuplicateName",
        message,
        hint: `the other is at ${file}:${line}`,
        location: loaded.locate(["metadata", "name"]),
      },
    ];
  });
}
