/** Builds the base image with debootstrap from the machine's own mirror, and keeps it for the next time. */
import { chmod, mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Clock } from "../system/clock.ts";
import { ConveneError } from "../system/errors.ts";
import type { BaseImageRecipe } from "./base-image-recipe.ts";
import { imageMetadata, recipeKey } from "./base-image-recipe.ts";
import type { RunCommand } from "./command.ts";
import { isThere } from "./files.ts";

export interface BaseImageFiles {
  readonly key: string;
  /** Tarball of metadata.yaml and templates. */
  readonly metadata: string;
  /** squashfs of the root file system. */
  readonly rootfs: string;
  readonly built: boolean;
}

export interface BaseImageBuilder {
  readonly run: RunCommand;
  readonly clock: Clock;
  readonly cacheDirectory: string;
  /** Node's name of the processor: `x64`. */
  readonly processor: string;
  readonly say: (line: string) => void;
}

const DEBOOTSTRAP_DEADLINE_MS = 15 * 60_000;
const PACK_DEADLINE_MS = 5 * 60_000;
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "x86_64", arm64: "aarch64" };

/** Answers the cached image of this recipe, or builds it (about a minute). A half-built one is thrown away. */
export async function provideBaseImage(
  builder: BaseImageBuilder,
  recipe: BaseImageRecipe,
): Promise<BaseImageFiles> {
  const key = recipeKey(recipe);
  const finished = join(builder.cacheDirectory, `base-${key}`);
  const files = {
    key,
    metadata: join(finished, "metadata.tar.gz"),
    rootfs: join(finished, "rootfs.squashfs"),
  };
  if (await isThere(finished)) return { ...files, built: false };
  builder.say(`  building the base image from ${recipe.mirror.archive.uri} (about a minute)`);
  const work = join(builder.cacheDirectory, `base-${key}.partial`);
  await rm(work, { recursive: true, force: true });
  await mkdir(join(work, "out"), { recursive: true, mode: 0o755 });
  try {
    await debootstrap(builder, recipe, join(work, "rootfs"));
    await finishRootfs(recipe, join(work, "rootfs"));
    await pack(builder, recipe, work);
    await rename(join(work, "out"), finished);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return { ...files, built: true };
}

/** Namespaces of its own for mounts and processes: nothing stays mounted or running when it is interrupted. */
const ISOLATION = ["--mount", "--pid", "--fork", "--kill-child", "--"] as const;

async function debootstrap(
  builder: BaseImageBuilder,
  recipe: BaseImageRecipe,
  rootfs: string,
): Promise<void> {
  await builder.run({
    command: "unshare",
    arguments: [
      ...ISOLATION,
      "debootstrap",
      "--variant=minbase",
      `--include=${recipe.packages.join(",")}`,
      recipe.suite,
      rootfs,
      recipe.mirror.archive.uri,
    ],
    timeoutMs: DEBOOTSTRAP_DEADLINE_MS,
    hint: "check that `apt-get update` works on this machine; the same mirror is used",
  });
}

async function finishRootfs(recipe: BaseImageRecipe, rootfs: string): Promise<void> {
  for (const [path, content] of Object.entries(recipe.files)) {
    const target = join(rootfs, path);
    await rm(target, { force: true });
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content, { mode: 0o644 });
  }
  for (const unit of recipe.maskedUnits) {
    const mask = join(rootfs, "etc/systemd/system", unit);
    await rm(mask, { force: true });
    await symlink("/dev/null", mask);
  }
  await rm(join(rootfs, "var/cache/apt/archives"), { recursive: true, force: true });
  await mkdir(join(rootfs, "var/cache/apt/archives/partial"), { recursive: true });
  await rm(join(rootfs, "var/log/bootstrap.log"), { force: true });
  await chmod(rootfs, 0o755);
}

const TAR_OPTIONS = ["--create", "--gzip", "--owner=0", "--group=0"] as const;
const SQUASHFS_OPTIONS = "-noappend -comp zstd -Xcompression-level 3 -no-progress -quiet".split(" ");

async function pack(builder: BaseImageBuilder, recipe: BaseImageRecipe, work: string): Promise<void> {
  await mkdir(join(work, "metadata/templates"), { recursive: true });
  const createdAt = Math.floor(builder.clock.now() / 1000);
  const metadata = imageMetadata(recipe, architecture(builder.processor), createdAt);
  await writeFile(join(work, "metadata/metadata.yaml"), metadata);
  for (const [name, { content }] of Object.entries(recipe.templates)) {
    await writeFile(join(work, "metadata/templates", name), content);
  }
  await builder.run({
    command: "tar",
    arguments: [
      ...TAR_OPTIONS,
      `--file=${join(work, "out/metadata.tar.gz")}`,
      `--directory=${join(work, "metadata")}`,
      "metadata.yaml",
      "templates",
    ],
  });
  await builder.run({
    command: "mksquashfs",
    arguments: [join(work, "rootfs"), join(work, "out/rootfs.squashfs"), ...SQUASHFS_OPTIONS],
    timeoutMs: PACK_DEADLINE_MS,
  });
}

function architecture(processor: string): string {
  const name = ARCHITECTURES[processor];
  if (name !== undefined) return name;
  throw new ConveneError({
    code: "UnsupportedArchitecture",
    message: `no base image for processor ${processor}`,
    hint: "convene runs on amd64 and arm64",
  });
}
