/** Which file does which kind of action. */
import type { Action } from "../plan/action.ts";
import { applyAccounts } from "./actions/apply-accounts.ts";
import { applyFiles } from "./actions/apply-files.ts";
import { buildImage } from "./actions/build-image.ts";
import { createContainer } from "./actions/create-container.ts";
import { removeContainer } from "./actions/remove-container.ts";
import { issueCertificate } from "./actions/issue-certificate.ts";
import { setUpAcl } from "./actions/set-up-acl.ts";
import { swapContainer } from "./actions/swap-container.ts";
import { updateContainer } from "./actions/update-container.ts";
import { writeKv } from "./actions/write-kv.ts";
import { startAndWait } from "./actions/container-start.ts";
import type { ApplyContext } from "./apply-context.ts";
import { OWNER_KEY, OWNER_VALUE } from "../observe/instance-record.ts";

const STOP_GRACE_MS = 15_000;

/** Does one action; throws ConveneError with the other side's own words when it fails. */
export async function runAction(action: Action, context: ApplyContext): Promise<void> {
  const { lxd, consul } = context;
  switch (action.kind) {
    case "build-image":
      return buildImage(action.image, context);
    case "delete-image":
      return lxd.deleteImage(action.fingerprint);
    case "create-volume":
      return lxd.createVolume(action.volume.pool, action.volume.name, {
        ...action.volume.config,
        [OWNER_KEY]: OWNER_VALUE,
      });
    case "update-volume":
      return lxd.updateVolume(action.volume.pool, action.volume.name, {
        ...action.volume.config,
        [OWNER_KEY]: OWNER_VALUE,
      });
    case "delete-volume":
      return lxd.deleteVolume(action.pool, action.name);
    case "create-container":
      return createContainer(action.container, action.as, context);
    case "update-container":
      return updateContainer(action.container, action.restart, context);
    case "start-container":
      return startAndWait(action.container, context);
    case "swap-container":
      return swapContainer(action.container, context);
    case "delete-container":
      return removeContainer(lxd, action.name, STOP_GRACE_MS);
    case "apply-files":
      return applyFiles(action, context);
    case "set-up-acl":
      return setUpAcl(context);
    case "write-kv":
      return writeKv(action, context);
    case "register-service":
      return consul.register({ ...action.service, meta: {} });
    case "deregister-service":
      return consul.deregister(action.serviceId);
    case "apply-accounts":
      return applyAccounts(action, context);
    case "issue-certificate":
      return issueCertificate(action.certificate, context);
  }
}
