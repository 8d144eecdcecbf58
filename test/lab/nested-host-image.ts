/** The image of a Debian 12 host with LXD, made once and kept as a file: installing its packages takes a minute. */
import { createHash } from "node:crypto";
import { copyFile, readdir, readFile, rename, rm } from "node:fs/promises";
import { createReadStream } from "node:fs";
import { dirname, join } from "node:path";
import { formatSourcesList } from "../../src/host/apt-sources.ts";
import { provideBaseImage } from "../../src/host/base-image.ts";
import type { BaseImageFiles } from "../../src/host/base-image.ts";
import { type BaseImageRecipe, recipeKey } from "../../src/host/base-image-recipe.ts";
import { runCommand } from "../../src/host/command.ts";
import { isThere } from "../../src/host/files.ts";
import { machineRecipe } from "../../src/host/lxd-steps.ts";
import { change } from "../../src/lxd/operation.ts";
import type { Requester } from "../../src/lxd/request.ts";
import { systemClock } from "../../src/system/clock.ts";
import type { NestedHost, NestedLab } from "./nested-lab.ts";

/** What the README tells an operator to install, and an ssh server. */
const PACKAGES =
  "nodejs npm git openssh-server lxd lxd-client dnsmasq-base nftables iptables debootstrap squashfs-tools zstd " +
  "btrfs-progs acl attr rsync uidmap";
const PARTS = join(import.meta.dirname, "nested");
const UPLOAD_DEADLINE_MS = 300_000;
const INSTALL_DEADLINE_MS = 900_000;
/** Of the kept files. */
const PREFIX = "nested-host-";
const BUILDER = "host-builder";

/** Answers the fingerprint of the image in the lab's project. */
export async function provideHostImage(lab: NestedLab, cacheDirectory: string): Promise<string> {
  const recipe = await machineRecipe();
  const file = join(cacheDirectory, `${PREFIX}${await imageKey(recipe)}`);
  if (!(await isThere(file))) await makeImage(lab, recipe, cacheDirectory, file);
  return await importImage(lab.requester, file);
}

async function imageKey(recipe: BaseImageRecipe): Promise<string> {
  const names = ["cgroups.sh", "nested-cgroups.service", "prepare-host.sh"];
  const parts = await Promise.all(names.map(async (name) => await readFile(join(PARTS, name), "utf8")));
  const content = JSON.stringify([recipeKey(recipe), PACKAGES, ...parts]);
  return createHash("sha256").update(content).digest("hex").slice(0, 12);
}

async function makeImage(
  lab: NestedLab,
  recipe: BaseImageRecipe,
  cacheDirectory: string,
  file: string,
): Promise<void> {
  const builder = { run: runCommand, clock: systemClock, processor: process.arch, say: () => undefined };
  const base = await provideBaseImage({ ...builder, cacheDirectory }, recipe);
  const { fingerprint } = await lab.administration.importImage(lab.project, "base", base);
  const host = await lab.launch(BUILDER, fingerprint, 250);
  await host.write("/etc/apt/sources.list", formatSourcesList(recipe.mirror), "0644");
  for (const [name, path, mode] of [
    ["cgroups.sh", "/usr/local/sbin/nested-cgroups", "0755"],
    ["nested-cgroups.service", "/etc/systemd/system/nested-cgroups.service", "0644"],
    ["prepare-host.sh", "/root/prepare-host.sh", "0755"],
  ] as const) {
    await host.write(path, await readFile(join(PARTS, name)), mode);
  }
  await host.run(`/root/prepare-host.sh ${PACKAGES}`, INSTALL_DEADLINE_MS);
  await keepBaseImage(host, base);
  await lab.lxd.stopInstance(BUILDER, 10_000);
  const image = await lab.lxd.publishImage(BUILDER, "host", {});
  await removeOlder(cacheDirectory);
  await copyFile(join(dirname(lab.requester.socketPath), "images", image), `${file}.partial`);
  await rename(`${file}.partial`, file);
  await lab.lxd.deleteInstance(BUILDER);
  await lab.lxd.deleteImage(image);
}

async function removeOlder(cacheDirectory: string): Promise<void> {
  const names = (await readdir(cacheDirectory)).filter((name) => name.startsWith(PREFIX));
  await Promise.all(names.map(async (name) => await rm(join(cacheDirectory, name))));
}

/** So that `convene init` inside finds what it would make in a minute. */
async function keepBaseImage(host: NestedHost, base: BaseImageFiles): Promise<void> {
  const folder = `/var/cache/convene/base-${base.key}`;
  await host.run(`mkdir -p ${folder}`);
  await host.write(`${folder}/metadata.tar.gz`, await readFile(base.metadata), "0644");
  await host.write(`${folder}/rootfs.squashfs`, await readFile(base.rootfs), "0644");
}

/** A published image is one file, metadata and root file system together. */
async function importImage(requester: Requester, file: string): Promise<string> {
  const request = {
    method: "POST",
    path: "/1.0/images",
    content: createReadStream(file),
    deadlineMs: UPLOAD_DEADLINE_MS,
  } as const;
  const ended = await change(requester, request, { clock: systemClock, deadlineMs: UPLOAD_DEADLINE_MS });
  return String(ended?.metadata["fingerprint"]);
}
