/** Own containers that no manifest wants any more, in the reverse of the order they depended on each other. */
import type { DesiredState } from "../model/desired-state.ts";
import type { ActualState } from "../observe/actual-state.ts";
import type { Action } from "./action.ts";
import { baseName } from "./container-names.ts";
import { actionId } from "./ids.ts";

/** Deleting a running container may end calls, so the gate is asked first. */
export function planContainerRemoval(desired: DesiredState, actual: ActualState): Action[] {
  const wanted = new Set(desired.containers.map((container) => container.name));
  return actual.containers
    .filter((found) => found.owned && !wanted.has(baseName(found.name, found.record.role)))
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
      disruption: found.record.role === "active" && found.statusCode === 103 ? "calls" : "none",
      dependsOn: [],
      name: found.name,
    }));
}
