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
    const image = { what: "image", name: spec.image, known: images, by: metadata.name };
    return [...dependencies, ...dangling(loaded, ["spec", "image"], image)];
  });
  const fromChecks = manifestsOf(manifests, "Check").flatMap((loaded) => {
    const { metadata, spec } = loaded.manifest;
    if (spec.container === undefined) return [];
    const reference = { what: "container", name: spec.container, known: names, by: metadata.name };
    return dangling(loaded, ["spec", "container"], reference);
  });
  return [...fromContainers, ...fromChecks];
}

interface Reference {
  readonly what: string;
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
      code: what === "image" ? "UnknownImage" : "UnknownContainer",
      message: `\`${by}\` needs the ${what} \`${name}\`, which is not there`,
      hint: `there: ${there}${suggestion(name, known) || "; a component that provides it may be missing in the site"}`,
      location: loaded.locate(path),
    },
  ];
}
