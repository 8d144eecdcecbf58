/** Which images have to be built, and which are left over. */
import type { DesiredState } from "../model/desired-state.ts";
import type { ActualState } from "../observe/actual-state.ts";
import type { Action } from "./action.ts";
import { builderName, oldName } from "./container-names.ts";
import { actionId } from "./ids.ts";

/** Images are immutable: a missing alias is built, an existing one is never touched. */
export function planImages(desired: DesiredState, actual: ActualState): Action[] {
  const present = new Set(actual.images.map((image) => image.alias));
  const used = new Set(desired.containers.map((container) => container.imageAlias));
  const left = new Set(actual.containers.filter((found) => found.owned).map((found) => found.name));
  return desired.images
    .filter((image) => used.has(image.alias) && !present.has(image.alias))
    .map((image) => ({
      kind: "build-image",
      id: actionId.buildImage(image.alias),
      subject: `image/${image.name}`,
      cause: "new",
      reason: "no image with this content exists yet",
      changes: [{ field: "alias", after: image.alias, ...(image.origin ? { origin: image.origin } : {}) }],
      disruption: "none",
      dependsOn: left.has(builderName(image.name)) ? [actionId.deleteContainer(builderName(image.name))] : [],
      image,
    }));
}

/**
 * Own images nobody wants and no container is made from once `actions` are done; removed when the new state is
 * verified.
 */
export function planImageRemoval(
  desired: DesiredState,
  actual: ActualState,
  actions: readonly Action[],
): Action[] {
  const wanted = new Set(desired.images.map((image) => image.alias));
  const kept = new Set(
    actual.images.filter((image) => wanted.has(image.alias)).map((image) => image.fingerprint),
  );
  const unwanted = actual.images.filter(
    (image) => image.owned && !wanted.has(image.alias) && !kept.has(image.fingerprint),
  );
  return unwanted.flatMap((image): Action[] => {
    const users = actual.containers.filter((found) => found.baseImage === image.fingerprint);
    const going = users.map((found) => leavesBy(found.name, actions));
    if (going.includes(undefined)) return [];
    return [
      {
        kind: "delete-image",
        id: `delete image/${image.alias}`,
        subject: `image/${image.alias}`,
        cause: "removed",
        reason: "no container uses this image any more",
        changes: [],
        disruption: "none",
        dependsOn: going.filter((id) => id !== undefined),
        afterVerify: true,
        alias: image.alias,
        fingerprint: image.fingerprint,
      },
    ];
  });
}

/** The action after which the container is gone: its own removal, or that of the form a swap turns it into. */
function leavesBy(name: string, actions: readonly Action[]): string | undefined {
  const swapped = actions.some(
    (action) => action.kind === "swap-container" && action.container.name === name,
  );
  const last = actionId.deleteContainer(swapped ? oldName(name) : name);
  return actions.some((action) => action.id === last) ? last : undefined;
}
