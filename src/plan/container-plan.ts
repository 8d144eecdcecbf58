/** What a container's plan is made of. */
import type { DesiredContainer, DesiredState } from "../model/desired-state.ts";
import type { ActualContainer, ActualState } from "../observe/actual-state.ts";
import type { Action, Blocked, Change } from "./action.ts";
import { actionId } from "./ids.ts";

export interface ContainerPlan {
  readonly actions: readonly Action[];
  readonly blocked?: Blocked;
  /** It is to be replaced, and that has to wait: what is inside belongs to the image it has. */
  readonly held?: true;
  /** The container starts out with nothing of ours inside: every file has to be written. */
  readonly fresh: boolean;
  /** The id others wait for; absent when nothing has to be done. */
  readonly readyAfter?: string;
}

/** The three forms a container can have during a replacement. */
export interface ContainerForms {
  readonly active: ActualContainer | undefined;
  readonly next: ActualContainer | undefined;
  readonly old: ActualContainer | undefined;
}

export function finished(actions: readonly Action[], fresh = true): ContainerPlan {
  const last = actions.findLast((action) => action.kind !== "delete-container");
  return { actions, fresh, ...(last ? { readyAfter: last.id } : {}) };
}

/** What every action on a container has. */
export function onContainer(container: DesiredContainer, changes: readonly Change[]) {
  return { subject: `container/${container.name}`, changes, container } as const;
}

export function describeImage(container: DesiredContainer, before?: string): Change {
  return {
    field: "image",
    after: container.imageAlias,
    ...(before === undefined ? {} : { before }),
    ...(container.origin ? { origin: container.origin } : {}),
  };
}

export function removeForm(name: string, reason: string): Action {
  return {
    kind: "delete-container",
    id: actionId.deleteContainer(name),
    subject: `container/${name}`,
    cause: "interrupted",
    reason,
    changes: [],
    disruption: "none",
    dependsOn: [],
    name,
  };
}

/** The way back is removed only when the new container has proven itself. */
export function removeOld(name: string): Action {
  return {
    ...removeForm(name, "its replacement is verified"),
    cause: "replaced",
    afterVerify: true,
  };
}

/** The actions that make the volumes it uses, as far as they are missing. */
export function missingVolumes(
  container: DesiredContainer,
  desired: DesiredState,
  actual: ActualState,
): readonly string[] {
  const existing = new Set(actual.volumes.map((volume) => volume.name));
  const sources = new Set(Object.values(container.devices).map((device) => device["source"]));
  return desired.volumes
    .filter((volume) => sources.has(volume.name) && !existing.has(volume.name))
    .map((volume) => actionId.createVolume(volume.name));
}
