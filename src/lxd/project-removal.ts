/** Deleting a project with everything in it, in the order in which LXD lets go. */
import { z } from "zod";
import type { Clock } from "../system/clock.ts";
import { ConveneError } from "../system/errors.ts";
import { remove } from "./ensure.ts";
import { imageMethods } from "./images.ts";
import { instanceMethods } from "./instances.ts";
import { powerMethods } from "./power.ts";
import { find, pathOf, read } from "./request.ts";
import type { Requester } from "./request.ts";
import { lxdProjectSchema } from "./schema.ts";
import { volumeMethods } from "./volumes.ts";

const nameListSchema = z.array(z.object({ name: z.string() }));

/** The requester's own project; the default one is refused. Running instances are stopped by force. */
export async function deleteProject(requester: Requester, clock: Clock): Promise<"removed" | "not there"> {
  const { project } = requester;
  if (project === "default") {
    throw new ConveneError({ code: "LxdError", message: "LXD's default project is never deleted" });
  }
  const path = pathOf`projects/${project}`;
  if (!(await find(requester, lxdProjectSchema, { path, project: null }))) return "not there";
  await deleteInstances(requester, clock);
  const images = imageMethods(requester, clock);
  for (const image of await images.images()) await images.deleteImage(image.fingerprint);
  await deleteVolumes(requester, clock);
  await deleteProfiles(requester, clock);
  return await remove(requester, clock, path);
}

async function deleteInstances(requester: Requester, clock: Clock): Promise<void> {
  const instances = instanceMethods(requester, clock);
  const power = powerMethods(requester, clock);
  for (const { name, status_code: status } of await instances.instances()) {
    if (status !== 102) await power.stopInstance(name, 0);
    await instances.deleteInstance(name);
  }
}

async function deleteVolumes(requester: Requester, clock: Clock): Promise<void> {
  const volumes = volumeMethods(requester, clock);
  const pools = { path: "/1.0/storage-pools", query: { recursion: "1" }, project: null };
  for (const pool of (await read(requester, nameListSchema, pools)).value) {
    for (const volume of await volumes.volumes(pool.name)) await volumes.deleteVolume(pool.name, volume.name);
  }
}

/** The profile `default` is part of the project and goes with it. */
async function deleteProfiles(requester: Requester, clock: Clock): Promise<void> {
  const request = { path: "/1.0/profiles", query: { recursion: "1" } };
  for (const { name } of (await read(requester, nameListSchema, request)).value) {
    if (name !== "default") await remove(requester, clock, pathOf`profiles/${name}`);
  }
}
