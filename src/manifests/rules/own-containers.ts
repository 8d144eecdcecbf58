/**
 * A container from the site's repository gets nothing that belongs to a component: whoever can push must not thereby
 * read another container's secrets, or become root in it through a volume it runs from.
 */
import { CONSUL_TOKEN } from "../consul-container.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { type DocumentPath, type LoadedManifest, manifestsOf } from "../loaded-manifest.ts";

/** What no container but the catalogue's ever gets: Consul's management token, the key of the fingerprints. */
const HOSTS_OWN: readonly string[] = [CONSUL_TOKEN, "fingerprint-key"];

export function checkOwnContainers(
  manifests: readonly LoadedManifest[],
  catalogue: readonly LoadedManifest[],
): readonly Diagnostic[] {
  const theirs = manifestsOf(catalogue, "Container").map(({ manifest }) => manifest.spec);
  const volumes = new Set(theirs.flatMap((spec) => spec.volumes.map((volume) => volume.name)));
  const secrets = new Set([...HOSTS_OWN, ...theirs.flatMap((spec) => spec.secrets)]);
  return manifestsOf(manifests, "Container").flatMap((loaded) => {
    const { spec } = loaded.manifest;
    const paths: readonly (readonly [string, DocumentPath])[] = [
      ...spec.volumes.flatMap(({ name }, index) =>
        volumes.has(name) ? [[`the volume \`${name}\``, ["spec", "volumes", index]] as const] : [],
      ),
      ...spec.secrets.flatMap((name, index) =>
        secrets.has(name) ? [[`the secret \`${name}\``, ["spec", "secrets", index]] as const] : [],
      ),
      ...(spec.accounts ? [["the site's accounts", ["spec", "accounts"]] as const] : []),
    ];
    return paths.map(([what, path]) => ({
      code: "NotShared",
      message: `\`${loaded.manifest.metadata.name}\` cannot have ${what}: only the catalogue's containers can`,
      hint: "use a volume or a secret of its own; what must share belongs into one folder of the catalogue",
      location: loaded.locate(path),
    }));
  });
}
