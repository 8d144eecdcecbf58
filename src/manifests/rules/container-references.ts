/** Containers, images and checks name only what is there. */
import type { Diagnostic } from "../diagnostic.ts";
import { manifestsOf } from "../loaded-manifest.ts";
import type { DocumentPath, LoadedManifest } from "../loaded-manifest.ts";
import { suggestion } from "../suggestion.ts";

export function checkContainerReferences(manifests: readonly LoadedManifest[]): readonly Diagnostic[] {
  const containers = manifestsOf(manifests, "Container");
  const names = containers.map(({ manifest }) => manifest.metadata.name);
  const images = manifestsOf(manifests, "Image").map(({ manifest }) => manifest.metadata.name);
  const fromContainers = containers.flatMap((loaded) => {
    const { metadata, spec } = loaded.manifest;
    const dependencies = spec.dependsOn.flatMap((name, index) =>
      dangling(loaded, ["spec", "dependsOn", index], {
        what: "container",
        name,
        known: names,
        by: metadata.name,
      }),
    );
    const image = { what: "image" as const, name: spec.image, known: images, by: metadata.name };
    return [...dependencies, ...dangling(loaded, ["spec", "image"], image)];
  });
  const checks = manifestsOf(manifests, "Check");
  const checkNames = checks.map(({ manifest }) => manifest.metadata.name);
  const fromChecks = checks.flatMap((loaded) => {
    const { metadata, spec } = loaded.manifest;
    const below = (field: "dependsOn" | "leansOn"): readonly Diagnostic[] =>
      spec[field].flatMap((name, index) =>
        dangling(loaded, ["spec", field, index], {
          what: "check",
          name,
          known: checkNames,
          by: metadata.name,
        }),
      );
    const dependencies = [...below("dependsOn"), ...below("leansOn")];
    if (spec.container === undefined) return dependencies;
    const container = { what: "container" as const, name: spec.container, known: names, by: metadata.name };
    return [...dangling(loaded, ["spec", "container"], container), ...dependencies];
  });
  return [...fromContainers, ...fromChecks];
}

const CODES = { check: "UnknownCheck", container: "UnknownContainer", image: "UnknownImage" } as const;

interface Reference {
  readonly what: keyof typeof CODES;
  readonly name: string;
  readonly known: readonly string[];
  /** Who refers to it. */
  readonly by: string;
}

function dangling(loaded: LoadedManifest, path: DocumentPath, reference: Reference): readonly Diagnostic[] {
  const { what, name, known, by } = reference;
  if (known.includes(name)) return [];
  const there = known.length > 0 ? known.join(", ") : "none";
  return [
    {
      code: CODES[what],
      message: `\`${by}\` needs the ${what} \`${name}\`, which is not there`,
      hint: `there: ${there}${suggestion(name, known) || "; a component that provides it may be missing in the site"}`,
      location: loaded.locate(path),
    },
  ];
}
