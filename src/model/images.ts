/** Desired images: each content has an alias of its own. */
import { createHash } from "node:crypto";
import type { LoadedManifest } from "../manifests/loaded-manifest.ts";
import type { ImageManifest } from "../manifests/schema/image.ts";
import { ConveneError } from "../system/errors.ts";
import type { DesiredImage, ImageBuild } from "./desired-state.ts";
import type { ResolvedComponent } from "./model-input.ts";

export interface ImageWithLabels {
  readonly image: DesiredImage;
  readonly labels: readonly string[];
}

/** `today` (ISO date) decides the month an image without its own `refresh` belongs to: security updates arrive. */
export function desiredImages(component: ResolvedComponent, today: string): readonly ImageWithLabels[] {
  return component.images.map((loaded) => {
    const { metadata, spec } = loaded.manifest;
    const build = imageBuild(loaded, component);
    const refresh = spec.refresh ?? `${today.slice(0, 7)}-01`;
    const hash = createHash("sha256")
      .update(JSON.stringify([spec.base, build, refresh]))
      .digest("hex")
      .slice(0, 12);
    return {
      image: {
        name: metadata.name,
        alias: `convene-${metadata.name}-${hash}`,
        base: spec.base,
        build,
        origin: component.document.locate(["metadata", "name"]),
      },
      labels: Object.keys(metadata.labels ?? {}),
    };
  });
}

function imageBuild(loaded: LoadedManifest<ImageManifest>, component: ResolvedComponent): ImageBuild {
  const { spec } = loaded.manifest;
  return {
    aptRepositories: spec.aptRepositories.map(({ key, ...repository }) => ({
      ...repository,
      ...(key ? { key } : {}),
    })),
    debconf: spec.debconf,
    packages: spec.packages,
    files: spec.files.map((file, index) => ({
      path: file.path,
      mode: file.mode,
      content: file.content ?? readSource(file.source ?? "", index, loaded, component),
    })),
    setup: spec.setup,
  };
}

function readSource(
  name: string,
  index: number,
  loaded: LoadedManifest<ImageManifest>,
  component: ResolvedComponent,
): string {
  const content = component.readFile(name);
  if (content !== undefined) return content;
  throw new ConveneError({
    code: "CatalogueFileMissing",
    location: loaded.locate(["spec", "files", index, "source"]),
    message: `the component ${component.uses} has no file ${name}`,
    hint: "put it beside the manifest, or correct its name",
  });
}
