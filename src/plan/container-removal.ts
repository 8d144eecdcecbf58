/** Own containers that no manifest wants any more, and what others wait for until they are gone. */
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
