/** A container of the right image: its configuration, its devices, and that it runs. */
import { LXD_STATUS } from "../lxd/status-codes.ts";
import type { DesiredContainer } from "../model/desired-state.ts";
import { specDigest } from "../model/spec-digest.ts";
import type { ActualContainer } from "../observe/actual-state.ts";
import type { Action, Cause } from "./action.ts";
import { diffDevices, diffMaps } from "./compare.ts";
import {
  type ContainerForms,
  type ContainerPlan,
  finished,
  onContainer,
  removeForm,
  removeOld,
} from "./container-plan.ts";
import { actionId } from "./ids.ts";

/** `needs` is what has to be made before its devices can be. */
export function planUpkeep(
  container: DesiredContainer,
  active: ActualContainer,
  forms: ContainerForms,
  needs: readonly string[],
): ContainerPlan {
  const actions: Action[] = [];
  if (forms.next) actions.push(removeForm(forms.next.name, "the running container already has this image"));
  const changes = [
    ...diffMaps("config ", container.config, active.config, container.origin),
    ...diffDevices(container.devices, active.devices, container.origin),
    ...diffMaps("record ", wantedRecord(container), knownRecord(active), container.origin),
  ];
  const stopped = active.statusCode === LXD_STATUS.stopped || active.statusCode === LXD_STATUS.frozen;
  if (changes.length > 0) {
    const restart = !stopped && changes.some((change) => change.field.startsWith("device eth0"));
    actions.push({
      ...onContainer(container, changes),
      kind: "update-container",
      id: actionId.updateContainer(container.name),
      ...whyItDiffers(container, active),
      disruption: restart ? container.disruption : "none",
      dependsOn: needs,
      restart,
    });
  }
  actions.push(
    ...planStart(container, active, changes.length > 0 ? [actionId.updateContainer(container.name)] : []),
  );
  const retire = forms.old ? [removeOld(forms.old.name)] : [];
  return finished([...actions, ...retire], false);
}

/** What convene itself reads from the container later on. */
function wantedRecord({ conferences }: DesiredContainer): Record<string, string> {
  return { role: "active", ...(conferences ? { conferences: conferences.url } : {}) };
}

function knownRecord({ record: { role, conferences } }: ActualContainer): Record<string, string> {
  return { role, ...(conferences === undefined ? {} : { conferences }) };
}

function whyItDiffers(
  container: DesiredContainer,
  active: ActualContainer,
): { readonly cause: Cause; readonly reason: string } {
  if (active.record.spec === specDigest(container.config, container.devices))
    return { cause: "drift", reason: "somebody changed its configuration" };
  return { cause: "changed", reason: "its configuration differs from the manifest" };
}

/** Nothing for one that runs. */
export function planStart(
  container: DesiredContainer,
  active: ActualContainer,
  dependsOn: readonly string[],
): Action[] {
  if (active.statusCode !== LXD_STATUS.stopped && active.statusCode !== LXD_STATUS.frozen) return [];
  const word = active.statusCode === LXD_STATUS.frozen ? "frozen" : "stopped";
  return [
    {
      ...onContainer(container, [{ field: "state", before: word, after: "running" }]),
      kind: "start-container",
      id: actionId.startContainer(container.name),
      cause: active.record.role === "active" ? "drift" : "interrupted",
      reason: `it is ${word} and should run`,
      disruption: "none",
      dependsOn,
    },
  ];
}
