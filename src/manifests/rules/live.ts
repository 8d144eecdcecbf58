/**
 * What a service takes over live is found by a regular expression, which the agent runs: one written to run for ever
 * would stop it. So only the catalogue, which is the host's own, may say it.
 */
import type { Diagnostic } from "../diagnostic.ts";
import { type LoadedManifest, manifestsOf } from "../loaded-manifest.ts";

/** Expects the manifests of the site's repository, without the catalogue's. */
export function checkLive(manifests: readonly LoadedManifest[]): readonly Diagnostic[] {
  return manifestsOf(manifests, "Container").flatMap(({ manifest, locate }) =>
    manifest.spec.files.flatMap((file, index) =>
      file.live
        ? [
            {
              code: "LiveNotAllowed",
              message: `\`${manifest.metadata.name}\` cannot have \`live\` files: only the catalogue's containers can`,
              hint: "leave `live` out, and let `onChange` reload or restart the service",
              location: locate(["spec", "files", index, "live"], "key"),
            },
          ]
        : [],
    ),
  );
}
