/** Emptying a project, and deleting it with everything in it, in the order in which LXD lets go. */
import { z } from "zod";
import type { Clock } from "../system/clock.ts";
import { ConveneError } from "../system/errors.ts";
import { remove } from "./ensure.ts";
import { imageMethods } from "./images.ts";
import { removeInstance } from "./instance-removal.ts";
import { instanceMethods } from "./instances.ts";
import { find, pathOf, read } from "./request.ts";
import type { Requester } from "./request.ts";
import { lxdProjectSchema } from "./schema.ts";
import { volumeMethods } from "./volumes.ts";

/** What an object says about itself: the config of an instance, volume or profile, an image's properties. */
export type IsOurs = (marks: Readonly<Record<string, string>>) => boolean;

const nameListSchema = z.array(z.object({ name: z.string() }));
const profilesSchema = z.array(
  z.object({ name: z.string(), config: z.record(z.string(), z.string()).nullish() }),
);

/** The requester's own project; the default one is refused. Running instances are stopped by force. */
export async function deleteProject(requester: Requester, clock: Clock): Promise<"removed" | "not there"> {
  const path = pathOf`projects/${requester.project}`;
  await clearProject(requester, clock, () => true);
  return await remove(requester, clock, path);
}

/**
 * Deletes what is ours and answers what is left: `container guest`, `volume guest-data`. A volume that is left in use
 * by what stays, stays too. The profile `default` is part of the project and goes with it.
 */
export async function clearProject(
  requester: Requester,
  clock: Clock,
  isOurs: IsOurs,
): Promise<readonly string[]> {
  const { project } = requester;
  if (project === "default") {
    throw new ConveneError({ code: "LxdError", message: "LXD's default project is never deleted" });
  }
  const path = pathOf`projects/${project}`;
  if (!(await find(requester, lxdProjectSchema, { path, project: null }))) return [];
  return [
    ...(await clearInstances(requester, clock, isOurs, 0)).left,
    ...(await clearImages(requester, clock, isOurs)),
    ...(await clearVolumes(requester, clock, isOurs)),
    ...(await clearProfiles(requester, clock, isOurs)),
  ];
}

/**
 * Stops and deletes the instances that are ours.
 *
 * @param graceMs how long each guest is given to shut down; 0 is force.
 */
export async function clearInstances(
  requester: Requester,
  clock: Clock,
  isOurs: IsOurs,
  graceMs: number,
): Promise<{ readonly removed: readonly string[]; readonly left: readonly string[] }> {
  const instances = await instanceMethods(requester, clock).instances();
  const ours = instances.filter(({ config }) => isOurs(config));
  for (const { name } of ours) await removeInstance(requester, clock, name, graceMs);
  return {
    removed: ours.map(({ name }) => name),
    left: instances.filter(({ config }) => !isOurs(config)).map(({ name }) => `container ${name}`),
  };
}

async function clearImages(requester: Requester, clock: Clock, isOurs: IsOurs): Promise<string[]> {
  const images = imageMethods(requester, clock);
  const left: string[] = [];
  for (const { fingerprint, aliases, properties } of await images.images()) {
    if (isOurs(properties)) await images.deleteImage(fingerprint);
    else left.push(`image ${aliases[0]?.name ?? fingerprint.slice(0, 12)}`);
  }
  return left;
}

async function clearVolumes(requester: Requester, clock: Clock, isOurs: IsOurs): Promise<string[]> {
  const volumes = volumeMethods(requester, clock);
  const pools = { path: "/1.0/storage-pools", query: { recursion: "1" }, project: null };
  const left: string[] = [];
  for (const pool of (await read(requester, nameListSchema, pools)).value) {
    for (const { name, config, used_by: users } of await volumes.volumes(pool.name)) {
      if (isOurs(config) && users.length === 0) await volumes.deleteVolume(pool.name, name);
      else left.push(`volume ${name}`);
    }
  }
  return left;
}

async function clearProfiles(requester: Requester, clock: Clock, isOurs: IsOurs): Promise<string[]> {
  const request = { path: "/1.0/profiles", query: { recursion: "1" } };
  const left: string[] = [];
  for (const { name, config } of (await read(requester, profilesSchema, request)).value) {
    if (name === "default") continue;
    if (isOurs(config ?? {})) await remove(requester, clock, pathOf`profiles/${name}`);
    else left.push(`profile ${name}`);
  }
  return left;
}
