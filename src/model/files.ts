/** A container's files: rendered, and digested twice, whole and with what a running service takes over live masked. */
import type { LoadedManifest } from "../manifests/loaded-manifest.ts";
import type { ContainerManifest } from "../manifests/schema/container.ts";
import type { ContainerFile } from "../manifests/schema/files.ts";
import { ConveneError } from "../system/errors.ts";
import { Secret } from "../system/secret.ts";
import type { DesiredFile, FileReaction } from "./desired-state.ts";
import { fileDigest, hashContent } from "./file-digest.ts";
import type { ResolvedComponent } from "./model-input.ts";
import type { TemplateEngine, TemplateVariables } from "./templates.ts";

export interface FileOptions {
  readonly engine: TemplateEngine;
  readonly component: ResolvedComponent;
  readonly loaded: LoadedManifest<ContainerManifest>;
  /** For every file. */
  readonly variables: TemplateVariables;
  /** Added for files marked `secret: true`. */
  readonly secrets: Readonly<Record<string, Secret>>;
  readonly foreignKnown: boolean;
}

export function desiredFiles(options: FileOptions): readonly DesiredFile[] {
  return options.loaded.manifest.spec.files.map((file, index) => desiredFile(file, index, options));
}

function desiredFile(file: ContainerFile, index: number, options: FileOptions): DesiredFile {
  const { component, loaded } = options;
  const source = component.readFile(file.template);
  if (source === undefined) {
    throw new ConveneError({
      code: "CatalogueFileMissing",
      location: loaded.locate(["spec", "files", index, "template"]),
      message: `the component ${component.uses} has no file ${file.template}`,
      hint: "put the template beside container.yaml, or correct its name",
    });
  }
  const variables = file.secret ? { ...options.variables, secrets: options.secrets } : options.variables;
  const content = options.engine.render(
    `${component.uses}/${file.template}`,
    source,
    file.language,
    variables,
  );
  const identity = { owner: file.owner, group: file.group, mode: file.mode };
  const masked = file.live ? content.replaceAll(new RegExp(file.live.mask, "gmu"), "") : content;
  const usesEffectiveKv = /\beffective\./.test(source);
  return {
    path: file.path,
    content: file.secret ? new Secret(content) : content,
    ...identity,
    digest: fileDigest({ contentHash: hashContent(content), ...identity }),
    structureDigest: fileDigest({ contentHash: hashContent(masked), ...identity }),
    onChange: reaction(file),
    usesEffectiveKv,
    deferred: usesEffectiveKv && !options.foreignKnown,
    origin: component.document.locate(["metadata", "name"]),
    ...(file.validate ? { validate: file.validate } : {}),
    ...(file.live ? { live: { command: file.live.command } } : {}),
  };
}

function reaction({ onChange }: ContainerFile): FileReaction {
  if (onChange === "nothing") return { kind: "nothing" };
  if ("reload" in onChange) return { kind: "reload", unit: onChange.reload };
  if ("restart" in onChange) return { kind: "restart", unit: onChange.restart };
  return { kind: "command", command: onChange.command, disruption: onChange.disruption };
}
