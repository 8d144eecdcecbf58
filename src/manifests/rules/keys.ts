/** A Consul key has one writer. */
import type { Diagnostic } from "../diagnostic.ts";
import { manifestsOf } from "../loaded-manifest.ts";
import type { LoadedManifest } from "../loaded-manifest.ts";

export function checkKeys(manifests: readonly LoadedManifest[]): readonly Diagnostic[] {
  const writers = new Map<string, string>();
  return manifestsOf(manifests, "Container").flatMap((loaded) =>
    loaded.manifest.spec.kv.flatMap(({ key }, index) => {
      const writer = writers.get(key);
      writers.set(key, writer ?? loaded.manifest.metadata.name);
      if (writer === undefined) return [];
      const message = `the key ${key} is already written by \`${writer}\``;
      return [
        {
          code: "DuplicateConsulKey",
          message,
          hint: "take one of them out",
          location: loaded.locate(["spec", "kv", index]),
        },
      ];
    }),
  );
}
