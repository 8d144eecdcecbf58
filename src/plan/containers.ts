/** What each desired container needs to exist, run and have the right image, configuration and devices. */
import type { DesiredContainer, DesiredState } from "../model/desired-state.ts";
import type { ActualContainer, ActualState } from "../observe/actual-state.ts";
import type { Action, Blocked, Cause, Change } from "./action.ts";
import { diffDevices, diffMaps } from "./compare.ts";
import { nextName, oldName } from "./container-names.ts";
import { actionId } from "./ids.ts";

const STOPPED = 102;
const FROZEN = 110;
const ERROR = 112;

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

interface Forms {
  readonly active: ActualContainer | undefined;
  readonly next: ActualContainer | undefined;
  readonly old: ActualContainer | undefined;
}

/** Plans one container; the three forms it can have during a replacement are read from live names. */
export function planContainer(
  container: DesiredContainer,
  desired: DesiredState,
  actual: ActualState,
): ContainerPlan {
  const forms = findForms(container.name, actual);
  const foreign = [forms.active, forms.next, forms.old].find((found) => found && !found.owned);
  if (foreign) return { actions: [], blocked: unownedContainer(foreign.name), fresh: false };
  if (!forms.active) return planAbsent(container, forms, desired, actual);
  if (forms.active.statusCode === ERROR)
    return { actions: [], blocked: unreadableContainer(container.name), fresh: false };
  if (forms.active.neverStarted && forms.active.statusCode === STOPPED)
    return planUnfinished(container, forms.active, desired, actual);
  if (forms.active.record.image === container.imageAlias) return planExisting(container, forms.active, forms);
  if (couldNotBeConfigured(container, actual) && forms.active.record.role === "active")
    return { ...finished(planStart(container, forms.active, []), false), held: true };
  return planReplacement(container, forms.active, forms, desired, actual);
}

/** Without Consul's keys its files cannot be rendered: the one that is there stays, unless it is half way out. */
function couldNotBeConfigured(container: DesiredContainer, actual: ActualState): boolean {
  return actual.consul.state !== "ready" && container.files.some((file) => file.usesEffectiveKv);
}

function findForms(name: string, actual: ActualState): Forms {
  const byName = new Map(actual.containers.map((found) => [found.name, found]));
  return { active: byName.get(name), next: byName.get(nextName(name)), old: byName.get(oldName(name)) };
}

function base(container: DesiredContainer, changes: readonly Change[]) {
  return { subject: `container/${container.name}`, changes, container } as const;
}

function requirements(container: DesiredContainer, desired: DesiredState, actual: ActualState): string[] {
  const images = actual.images.some((image) => image.alias === container.imageAlias)
    ? []
    : [actionId.buildImage(container.imageAlias)];
  const existing = new Set(actual.volumes.map((volume) => volume.name));
  const sources = new Set(Object.values(container.devices).map((device) => device["source"]));
  const volumes = desired.volumes
    .filter((volume) => sources.has(volume.name) && !existing.has(volume.name))
    .map((volume) => actionId.createVolume(volume.name));
  return [...images, ...volumes];
}

function planAbsent(
  container: DesiredContainer,
  forms: Forms,
  desired: DesiredState,
  actual: ActualState,
): ContainerPlan {
  if (forms.next?.record.image === container.imageAlias && forms.old) {
    return finished([
      swap(container, "interrupted", "an earlier replacement was interrupted", []),
      { ...removeOld(oldName(container.name)), dependsOn: [actionId.swapContainer(container.name)] },
    ]);
  }
  const leftover = forms.next
    ? [removeForm(forms.next.name, "it was prepared for a replacement that is no longer needed")]
    : [];
  return finished([...leftover, createAction(container, desired, actual)]);
}

/** What interrupted its creation may have left half a root disk, which never starts: it is made anew. */
function planUnfinished(
  container: DesiredContainer,
  active: ActualContainer,
  desired: DesiredState,
  actual: ActualState,
): ContainerPlan {
  const removal = removeForm(active.name, "it was never started: its creation was interrupted");
  const create = createAction(container, desired, actual);
  return finished([removal, { ...create, dependsOn: [...create.dependsOn, removal.id] }]);
}

function createAction(container: DesiredContainer, desired: DesiredState, actual: ActualState): Action {
  return {
    ...base(container, [describeImage(container)]),
    kind: "create-container",
    id: actionId.createContainer(container.name),
    cause: "new",
    reason: "the container does not exist",
    disruption: "none",
    dependsOn: requirements(container, desired, actual),
    as: "active",
  };
}

function planReplacement(
  container: DesiredContainer,
  active: ActualContainer,
  forms: Forms,
  desired: DesiredState,
  actual: ActualState,
): ContainerPlan {
  const prepared = forms.next?.record.image === container.imageAlias;
  const actions: Action[] = [];
  const after: string[] = [];
  if (forms.next && !prepared) {
    const removal = removeForm(forms.next.name, "it was prepared from another image");
    actions.push(removal);
    after.push(removal.id);
  }
  if (!prepared) {
    const id = actionId.createNext(container.name);
    actions.push({
      ...base(container, [describeImage(container, active.record.image)]),
      kind: "create-container",
      id,
      cause: "replaced",
      reason: "its image changes: the replacement is made and started once beside the running one",
      disruption: "none",
      dependsOn: [...requirements(container, desired, actual), ...after],
      as: "next",
    });
    actions.push(swap(container, "replaced", "the replacement takes over", [id], active.record.image));
  } else {
    actions.push(
      swap(container, "interrupted", "the prepared replacement takes over", [], active.record.image),
    );
  }
  return finished([
    ...actions,
    { ...removeOld(oldName(container.name)), dependsOn: [actionId.swapContainer(container.name)] },
  ]);
}

function planExisting(container: DesiredContainer, active: ActualContainer, forms: Forms): ContainerPlan {
  const actions: Action[] = [];
  if (forms.next) actions.push(removeForm(forms.next.name, "the running container already has this image"));
  const changes = [
    ...diffMaps("config ", container.config, active.config, container.origin),
    ...diffDevices(container.devices, active.devices, container.origin),
  ];
  const stopped = active.statusCode === STOPPED || active.statusCode === FROZEN;
  if (changes.length > 0) {
    const restart = !stopped && changes.some((change) => change.field.startsWith("device eth0"));
    actions.push({
      ...base(container, changes),
      kind: "update-container",
      id: actionId.updateContainer(container.name),
      cause: "changed",
      reason: "its configuration differs from the manifest",
      disruption: restart ? container.disruption : "none",
      dependsOn: [],
      restart,
    });
  }
  actions.push(
    ...planStart(container, active, changes.length > 0 ? [actionId.updateContainer(container.name)] : []),
  );
  const retire = forms.old ? [removeOld(forms.old.name)] : [];
  return finished([...actions, ...retire], false);
}

function planStart(
  container: DesiredContainer,
  active: ActualContainer,
  dependsOn: readonly string[],
): Action[] {
  if (active.statusCode !== STOPPED && active.statusCode !== FROZEN) return [];
  const word = active.statusCode === FROZEN ? "frozen" : "stopped";
  return [
    {
      ...base(container, [{ field: "state", before: word, after: "running" }]),
      kind: "start-container",
      id: actionId.startContainer(container.name),
      cause: active.record.role === "active" ? "drift" : "interrupted",
      reason: `it is ${word} and should run`,
      disruption: "none",
      dependsOn,
    },
  ];
}

function finished(actions: readonly Action[], fresh = true): ContainerPlan {
  const last = actions.findLast((action) => action.kind !== "delete-container");
  return { actions, fresh, ...(last ? { readyAfter: last.id } : {}) };
}

function swap(
  container: DesiredContainer,
  cause: Cause,
  reason: string,
  dependsOn: readonly string[],
  previousImage?: string,
): Action {
  return {
    ...base(container, [describeImage(container, previousImage)]),
    kind: "swap-container",
    id: actionId.swapContainer(container.name),
    cause,
    reason,
    disruption: container.disruption,
    dependsOn,
  };
}

function describeImage(container: DesiredContainer, before?: string): Change {
  return {
    field: "image",
    after: container.imageAlias,
    ...(before === undefined ? {} : { before }),
    ...(container.origin ? { origin: container.origin } : {}),
  };
}

function removeForm(name: string, reason: string): Action {
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
function removeOld(name: string): Action {
  return {
    ...removeForm(name, "its replacement is verified"),
    cause: "replaced",
    afterVerify: true,
  };
}

function unownedContainer(name: string): Blocked {
  return {
    reason: "UnownedObject",
    subject: `container/${name}`,
    message: `a container named ${name} exists in the project and is not convene's`,
    hint: `rename it, or let root hand it over: lxc config set ${name} user.convene.owner=convene --project convene`,
  };
}

function unreadableContainer(name: string): Blocked {
  return {
    reason: "ContainerUnreadable",
    subject: `container/${name}`,
    message: `LXD reports the container ${name} in state Error`,
    hint: `see \`lxc info ${name} --show-log --project convene\`; nothing is replaced while its state is unknown`,
  };
}
