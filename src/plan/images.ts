/** Which images have to be built, and which are left over. */
import type { DesiredState } from "../model/desired-state.ts";
import type { ActualState } from "../observe/actual-state.ts";
import type { Action } from "./action.ts";
import { actionId } from "./ids.ts";

/** Images are immutable: a missing alias is built, an existing one is never touched. */
export function planImages(desired: DesiredState, actual: ActualState): Action[] {
  const present = new Set(actual.images.map((image) => image.alias));
  const used = new Set(desired.containers.map((container) => container.imageAlias));
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
      dependsOn: [],
      image,
    }));
}

/** Own images nobody wants and no container was made from; removed once the new state is verified. */
export function planImageRemoval(desired: DesiredState, actual: ActualState): Action[] {
  const wanted = new Set(desired.images.map((image) => image.alias));
  const bases = new Set(actual.containers.map((container) => container.baseImage));
  return actual.images
    .filter((image) => image.owned && !wanted.has(image.alias) && !bases.has(image.fingerprint))
    .map((image) => ({
      kind: "delete-image",
      id: `delete image/${image.alias}`,
      subject: `image/${image.alias}`,
      cause: "removed",
      reason: "no container uses this image any more",
      changes: [],
      disruption: "none",
      dependsOn: [],
      afterVerify: true,
      alias: image.alias,
      fingerprint: image.fingerprint,
    }));
}
