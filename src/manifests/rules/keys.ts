/** A Consul key has one writer, and convene's own keys have convene. */
import type { Diagnostic } from "../diagnostic.ts";
import { SHARED_KEYS } from "../../consul/key-spaces.ts";
import { manifestsOf } from "../loaded-manifest.ts";
import type { LoadedManifest } from "../loaded-manifest.ts";

/** The inventory and the secret part (src/consul/inventory.ts). */
const OWN_KEYS = "convene/";

export function checkKeys(manifests: readonly LoadedManifest[]): readonly Diagnostic[] {
  const writers = new Map<string, string>();
  return manifestsOf(manifests, "Container").flatMap((loaded) =>
    loaded.manifest.spec.kv.flatMap(({ key }, index) => {
      const location = loaded.locate(["spec", "kv", index]);
      if (key.startsWith(OWN_KEYS)) {
        const message = `the key ${key} is below ${OWN_KEYS}, where convene keeps its own`;
        return [
          {
            code: "ReservedConsulKey",
            message,
            hint: "choose another key, such as service/NAME/…",
            location,
          },
        ];
      }
      if (!key.startsWith(SHARED_KEYS)) {
        const message = `the key ${key} is not below ${SHARED_KEYS}, the only part of Consul that convene looks at`;
        return [
          {
            code: "ConsulKeyOutside",
            message,
            hint: "choose a key such as service/NAME/…",
            location,
          },
        ];
      }
      const writer = writers.get(key);
      writers.set(key, writer ?? loaded.manifest.metadata.name);
      if (writer === undefined) return [];
      const message = `the key ${key} is already written by \`${writer}\``;
      return [
        {
          code: "DuplicateConsulKey",
          message,
          hint: "take one of them out",
          location,
        },
      ];
    }),
  );
}
