/** Every `secretRef` names a Secret that is there. */
import type { Diagnostic } from "../diagnostic.ts";
import { manifestsOf } from "../loaded-manifest.ts";
import type { DocumentPath, LoadedManifest } from "../loaded-manifest.ts";
import type { Manifest } from "../schema/manifest.ts";
import { suggestion } from "../suggestion.ts";

interface Reference {
  readonly name: string;
  readonly path: DocumentPath;
}

export function checkSecretReferences(manifests: readonly LoadedManifest[]): readonly Diagnostic[] {
  const known = manifestsOf(manifests, "Secret").map(({ manifest }) => manifest.metadata.name);
  return manifests.flatMap((loaded) =>
    referencesOf(loaded.manifest)
      .filter(({ name }) => !known.includes(name))
      .map(({ name, path }) => ({
        code: "UnknownSecret",
        message: `no Secret is called \`${name}\``,
        hint:
          known.length > 0
            ? `there: ${known.join(", ")}${suggestion(name, known)}`
            : "add a manifest of kind Secret",
        location: loaded.locate(path),
      })),
  );
}

function referencesOf(manifest: Manifest): readonly Reference[] {
  switch (manifest.kind) {
    case "Site":
      return at(manifest.spec.consul?.token, ["spec", "consul", "token", "secretRef"]);
    case "User": {
      const { password } = manifest.spec;
      if (password.kind !== "secretRef") return [];
      return [{ name: password.value, path: ["spec", "password", "secretRef"] }];
    }
    case "Receiver":
      return manifest.spec.kind === "email"
        ? at(manifest.spec.value.password, ["spec", "email", "password", "secretRef"])
        : at(manifest.spec.value.token, ["spec", "webhook", "token", "secretRef"]);
    default:
      return [];
  }
}

function at(reference: { readonly secretRef: string } | undefined, path: DocumentPath): readonly Reference[] {
  return reference === undefined ? [] : [{ name: reference.secretRef, path }];
}
