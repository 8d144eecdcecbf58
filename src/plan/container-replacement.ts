/** A container that is not there, or is of another image: made, or made beside it and swapped in. */
import type { DesiredContainer, DesiredState } from "../model/desired-state.ts";
import type { ActualContainer, ActualState } from "../observe/actual-state.ts";
import type { Action, Cause } from "./action.ts";
import { oldName } from "./container-names.ts";
import {
  type ContainerForms,
  type ContainerPlan,
  describeImage,
  finished,
  missingVolumes,
  onContainer,
  removeForm,
  removeOld,
} from "./container-plan.ts";
import { actionId } from "./ids.ts";

/** What is looked up in both states. */
interface States {
  readonly desired: DesiredState;
  readonly actual: ActualState;
}

/** Not there: created, or the end of a replacement that was cut short between two names. */
export function planAbsent(
  container: DesiredContainer,
  forms: ContainerForms,
  states: States,
): ContainerPlan {
  if (forms.next?.record.image === container.imageAlias && forms.old) {
    return finished([
      swap(container, "interrupted", "an earlier replacement was interrupted", volumes(container, states)),
      { ...removeOld(oldName(container.name)), dependsOn: [actionId.swapContainer(container.name)] },
    ]);
  }
  const leftover = forms.next
    ? [removeForm(forms.next.name, "it was prepared for a replacement that is no longer needed")]
    : [];
  return finished([...leftover, createAction(container, states)]);
}

/** What interrupted its creation may have left half a root disk, which never starts: it is made anew. */
export function planUnfinished(
  container: DesiredContainer,
  active: ActualContainer,
  states: States,
): ContainerPlan {
  const removal = removeForm(active.name, "it was never started: its creation was interrupted");
  const create = createAction(container, states);
  return finished([removal, { ...create, dependsOn: [...create.dependsOn, removal.id] }]);
}

/** Of another image: the replacement is made and proven beside it before it is stopped. */
export function planReplacement(
  container: DesiredContainer,
  active: ActualContainer,
  forms: ContainerForms,
  states: States,
): ContainerPlan {
  const prepared = forms.next?.record.image === container.imageAlias;
  const needs = volumes(container, states);
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
      ...onContainer(container, [describeImage(container, active.record.image)]),
      kind: "create-container",
      id,
      cause: "replaced",
      reason: "its image changes: the replacement is made and started once beside the running one",
      disruption: "none",
      dependsOn: [...image(container, states), ...after],
      as: "next",
    });
    actions.push(
      swap(container, "replaced", "the replacement takes over", [id, ...needs], active.record.image),
    );
  } else {
    actions.push(
      swap(container, "interrupted", "the prepared replacement takes over", needs, active.record.image),
    );
  }
  return finished([
    ...actions,
    { ...removeOld(oldName(container.name)), dependsOn: [actionId.swapContainer(container.name)] },
  ]);
}

function createAction(container: DesiredContainer, states: States): Action {
  return {
    ...onContainer(container, [describeImage(container)]),
    kind: "create-container",
    id: actionId.createContainer(container.name),
    cause: "new",
    reason: "the container does not exist",
    disruption: "none",
    dependsOn: [...image(container, states), ...volumes(container, states)],
    as: "active",
  };
}

function swap(
  container: DesiredContainer,
  cause: Cause,
  reason: string,
  dependsOn: readonly string[],
  previousImage?: string,
): Action {
  return {
    ...onContainer(container, [describeImage(container, previousImage)]),
    kind: "swap-container",
    id: actionId.swapContainer(container.name),
    cause,
    reason,
    disruption: container.disruption,
    dependsOn,
  };
}

function image(container: DesiredContainer, { actual }: States): readonly string[] {
  const exists = actual.images.some((one) => one.alias === container.imageAlias);
  return exists ? [] : [actionId.buildImage(container.imageAlias)];
}

function volumes(container: DesiredContainer, { desired, actual }: States): readonly string[] {
  return missingVolumes(container, desired, actual);
}
