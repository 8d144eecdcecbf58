/** Own containers that no manifest wants any more: what they wait for, and what waits for them. */
import { LXD_STATUS } from "../lxd/status-codes.ts";
import type { DesiredState } from "../model/desired-state.ts";
import type { ActualState } from "../observe/actual-state.ts";
import type { Action } from "./action.ts";
import { formsOf } from "./container-names.ts";
import { actionId } from "./ids.ts";

/** Deleting a running container may end calls, so the gate is asked first. */
export function planContainerRemoval(desired: DesiredState, actual: ActualState): Action[] {
  const wanted = new Set(desired.containers.flatMap((container) => formsOf(container.name)));
  return actual.containers
    .filter((found) => found.owned && !wanted.has(found.name))
    .toSorted((a, b) => b.name.localeCompare(a.name))
    .map((found) => ({
      kind: "delete-container",
      id: actionId.deleteContainer(found.name),
      subject: `container/${found.name}`,
      cause: found.record.role === "build" ? "interrupted" : "removed",
      reason:
        found.record.role === "build"
          ? "it was left by an interrupted image build"
          : "no manifest wants this container any more",
      changes: [],
      disruption:
        found.record.role === "active" && found.statusCode === LXD_STATUS.running ? "calls" : "none",
      dependsOn: [],
      name: found.name,
    }));
}

/**
 * LXD refuses to start a container whose address another one has, even a stopped one (lxd.md A9); a public port serves
 * one container. So what takes over from a container on its way out comes after its removal.
 */
export function afterReleased(action: Action, removals: readonly Action[], actual: ActualState): Action {
  if (!("container" in action)) return action;
  const wanted = new Set(claims(action.container.devices));
  const released = removals.filter(
    (removal) =>
      removal.kind === "delete-container" &&
      actual.containers.some(
        (found) => found.name === removal.name && claims(found.devices).some((claim) => wanted.has(claim)),
      ),
  );
  if (released.length === 0) return action;
  return { ...action, dependsOn: [...action.dependsOn, ...released.map((removal) => removal.id)] };
}

function claims(devices: ActualState["containers"][number]["devices"]): readonly string[] {
  return Object.values(devices).flatMap((device) =>
    [device["ipv4.address"], device["ipv6.address"], device["listen"]].filter((claim) => claim !== undefined),
  );
}

/**
 * Nobody is led to a container that is gone: its removal comes after the keys, the services and the proxy's files of
 * this plan. Only what is planned is waited for, so nothing is while Consul does not answer or cannot be made; and never
 * what itself waits for the removal, such as the proxy that takes over from the one that goes.
 */
export function afterTraffic(actions: readonly Action[], actual: ActualState): readonly Action[] {
  if (actual.consul.state !== "ready") return actions;
  const leading = actions.filter(leadsTraffic).map((action) => action.id);
  return actions.filter(isPrune).reduce((planned, removal) => {
    const later = waitingFor(removal.id, planned);
    const first = leading.filter((id) => !later.has(id));
    return planned.map((action) =>
      action.id === removal.id ? { ...action, dependsOn: [...action.dependsOn, ...first] } : action,
    );
  }, actions);
}

/** Whether it removes a container that no manifest wants any more. */
export function isPrune(action: Action): boolean {
  return action.kind === "delete-container" && action.cause === "removed";
}

function leadsTraffic(action: Action): boolean {
  if (action.kind === "apply-files") return action.writes.some((write) => write.file.usesEffectiveKv);
  return action.kind === "deregister-service" || action.kind === "write-kv";
}

/** The ids of everything that comes after the action, however indirectly. */
function waitingFor(id: string, actions: readonly Action[]): ReadonlySet<string> {
  const found = new Set([id]);
  for (const one of found)
    for (const action of actions) if (action.dependsOn.includes(one)) found.add(action.id);
  return found;
}
