/** Which volumes are missing, differ, or are left over. */
import type { DesiredState, DesiredVolume } from "../model/desired-state.ts";
import type { ActualState, ActualVolume } from "../observe/actual-state.ts";
import type { Action, Blocked } from "./action.ts";
import { diffMaps } from "./compare.ts";
import { actionId } from "./ids.ts";

export interface VolumePlan {
  readonly actions: Action[];
  readonly blocked: Blocked[];
}

/** Creates and updates. A volume of the same name that is not ours is a conflict, never adopted from git. */
export function planVolumes(desired: DesiredState, actual: ActualState, project: string): VolumePlan {
  const actions: Action[] = [];
  const blocked: Blocked[] = [];
  const present = new Map(actual.volumes.map((volume) => [`${volume.pool}/${volume.name}`, volume]));
  for (const volume of desired.volumes) {
    const found = present.get(`${volume.pool}/${volume.name}`);
    if (!found) actions.push(createVolume(volume));
    else if (!found.owned) blocked.push(unownedVolume(volume, project));
    else actions.push(...updateVolume(volume, found));
  }
  return { actions, blocked };
}

function createVolume(volume: DesiredVolume): Action {
  return {
    kind: "create-volume",
    id: actionId.createVolume(volume.name),
    subject: `volume/${volume.name}`,
    cause: "new",
    reason: "the volume does not exist",
    changes: [{ field: "pool", after: volume.pool, ...(volume.origin ? { origin: volume.origin } : {}) }],
    disruption: "none",
    dependsOn: [],
    volume,
  };
}

/** Only keys that are wanted: a pool adds its own defaults to every volume (lxd doc/storage, volume.*). */
function updateVolume(volume: DesiredVolume, found: ActualVolume): Action[] {
  const present = Object.entries(found.config).filter(([key]) => key in volume.config);
  const changes = diffMaps("", volume.config, Object.fromEntries(present), volume.origin);
  if (changes.length === 0) return [];
  return [
    {
      kind: "update-volume",
      id: `update volume/${volume.name}`,
      subject: `volume/${volume.name}`,
      cause: "changed",
      reason: "its configuration differs",
      changes,
      disruption: "none",
      dependsOn: [],
      volume,
    },
  ];
}

function unownedVolume(volume: DesiredVolume, project: string): Blocked {
  return {
    reason: "UnownedObject",
    subject: `volume/${volume.name}`,
    message: `a volume named ${volume.name} exists in pool ${volume.pool} and is not convene's`,
    hint: `rename it, or let root hand it over: lxc storage volume set ${volume.pool} ${volume.name} user.convene.owner=convene --project ${project}`,
  };
}

/** Left-over own volumes. They hold data, so each removal waits for `convene confirm` (plan/prune-limits.ts). */
export function planVolumeRemoval(desired: DesiredState, actual: ActualState): Action[] {
  const wanted = new Set(desired.volumes.map((volume) => `${volume.pool}/${volume.name}`));
  return actual.volumes
    .filter((volume) => volume.owned && !wanted.has(`${volume.pool}/${volume.name}`))
    .map((volume) => ({
      kind: "delete-volume",
      id: `delete volume/${volume.name}`,
      subject: `volume/${volume.name}`,
      cause: "removed",
      reason: "no manifest wants this volume any more",
      changes: [],
      disruption: "none",
      dependsOn: [],
      afterVerify: true,
      name: volume.name,
      pool: volume.pool,
    }));
}
