/** What each desired container needs to exist, run and have the right image, configuration and devices. */
import { LXD_STATUS } from "../lxd/status-codes.ts";
import type { DesiredContainer, DesiredState } from "../model/desired-state.ts";
import type { ActualState } from "../observe/actual-state.ts";
import type { Blocked } from "./action.ts";
import { nextName, oldName } from "./container-names.ts";
import { type ContainerForms, type ContainerPlan, finished, missingVolumes } from "./container-plan.ts";
import { planAbsent, planReplacement, planUnfinished } from "./container-replacement.ts";
import { planStart, planUpkeep } from "./container-upkeep.ts";

/** Plans one container; the three forms it can have during a replacement are read from live names. */
export function planContainer(
  container: DesiredContainer,
  desired: DesiredState,
  actual: ActualState,
  project: string,
): ContainerPlan {
  const states = { desired, actual };
  const forms = findForms(container.name, actual);
  const foreign = [forms.active, forms.next, forms.old].find((found) => found && !found.owned);
  if (foreign) return { actions: [], blocked: unownedContainer(foreign.name, project), fresh: false };
  if (!forms.active) return planAbsent(container, forms, states);
  if (forms.active.statusCode === LXD_STATUS.error)
    return { actions: [], blocked: unreadableContainer(container.name, project), fresh: false };
  if (forms.active.neverStarted && forms.active.statusCode === LXD_STATUS.stopped)
    return planUnfinished(container, forms.active, states);
  if (forms.active.record.image === container.imageAlias)
    return planUpkeep(container, forms.active, forms, missingVolumes(container, desired, actual));
  if (couldNotBeConfigured(container, actual) && forms.active.record.role === "active")
    return { ...finished(planStart(container, forms.active, []), false), held: true };
  return planReplacement(container, forms.active, forms, states);
}

/** Without Consul's keys its files cannot be rendered: the one that is there stays, unless it is half way out. */
function couldNotBeConfigured(container: DesiredContainer, actual: ActualState): boolean {
  return actual.consul.state !== "ready" && container.files.some((file) => file.usesEffectiveKv);
}

function findForms(name: string, actual: ActualState): ContainerForms {
  const byName = new Map(actual.containers.map((found) => [found.name, found]));
  return { active: byName.get(name), next: byName.get(nextName(name)), old: byName.get(oldName(name)) };
}

function unownedContainer(name: string, project: string): Blocked {
  return {
    reason: "UnownedObject",
    subject: `container/${name}`,
    message: `a container named ${name} exists in the project and is not convene's`,
    hint: `rename it, or let root hand it over: lxc config set ${name} user.convene.owner=convene --project ${project}`,
  };
}

function unreadableContainer(name: string, project: string): Blocked {
  return {
    reason: "ContainerUnreadable",
    subject: `container/${name}`,
    message: `LXD reports the container ${name} in state Error`,
    hint: `see \`lxc info ${name} --show-log --project ${project}\`; nothing is replaced while its state is unknown`,
  };
}
