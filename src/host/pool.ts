/** The storage pool for images, containers and volumes: an existing one is used as it is. */
import { statfs } from "node:fs/promises";
import { remove } from "../lxd/ensure.ts";
import { ConveneError } from "../system/errors.ts";
import type { HostTools } from "./host-tools.ts";
import { OWNER_KEY, pathTo, whose } from "./lxd-ownership.ts";
import type { StepResult } from "./step.ts";

const GIB = 1024 ** 3;
const SMALLEST_GIB = 8;
const LARGEST_GIB = 100;

/**
 * Without a pool of the name, makes a btrfs one in a sparse file (copies of images and replacements of containers
 * then take no time), or plain directories where btrfs does not work.
 */
export async function ensurePool(tools: HostTools, name: string, owner: string): Promise<StepResult> {
  const existing = await tools.lxd.pool(name);
  if (existing !== undefined) return { outcome: "already there", detail: `${name} (${existing.driver})` };
  if (await createBtrfs(tools, name, owner)) return { outcome: "created", detail: `${name} (btrfs)` };
  await createPool(tools, name, owner, "dir", {});
  return {
    outcome: "created",
    detail: `${name} (dir: slower; btrfs-progs was missing or the kernel has no btrfs)`,
  };
}

/** Removes the pool when convene made it and nothing else is in it. */
export async function removePool(tools: HostTools, name: string, owner: string): Promise<StepResult> {
  switch (await whose(tools.server, "storage", name, owner)) {
    case "absent":
      return { outcome: "not there", detail: name };
    case "foreign":
      return { outcome: "kept", detail: `${name} was there before convene` };
    case "ours":
      break;
  }
  const users = (await tools.lxd.pool(name))?.used_by ?? [];
  if (users.length > 0) return { outcome: "kept", detail: `${name} is used by ${users.join(", ")}` };
  return { outcome: await remove(tools.server, tools.clock, pathTo("storage", name)), detail: name };
}

/** GiB of a sparse file: half of what is free, within bounds. */
export function poolSizeGib(freeBytes: number): number {
  return Math.min(LARGEST_GIB, Math.max(SMALLEST_GIB, Math.floor(freeBytes / 2 / GIB)));
}

/** False where the kernel has no btrfs or no loop devices, or its tools are missing. */
async function createBtrfs(tools: HostTools, name: string, owner: string): Promise<boolean> {
  const { bavail, bsize } = await statfs("/var/lib");
  try {
    await createPool(tools, name, owner, "btrfs", { size: `${poolSizeGib(bavail * bsize)}GiB` });
    return true;
  } catch (error) {
    if (error instanceof ConveneError && error.code === "LxdError") return false;
    throw error;
  }
}

async function createPool(
  tools: HostTools,
  name: string,
  owner: string,
  driver: string,
  config: Readonly<Record<string, string>>,
): Promise<void> {
  const spec = { name, driver, description: "convene", config: { ...config, [OWNER_KEY]: owner } };
  await tools.administration.ensurePool(spec);
}
