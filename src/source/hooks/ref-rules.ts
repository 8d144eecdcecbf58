/** Which ref updates may happen: the configured branch, forwards only. */
import { ConveneError } from "../../system/errors.ts";
import type { SourceRepository } from "../repository.ts";
import type { RefUpdate } from "./push-request.ts";

/** The one update that moves the deployed branch. */
export interface BranchUpdate {
  readonly before: string | undefined;
  readonly after: string;
}

/**
 * @throws ConveneError `BranchNotDeployed`, `BranchDeletionRefused` or `ForcePushRefused`, each with the way back.
 */
export async function checkRefUpdates(
  updates: readonly RefUpdate[],
  branch: string,
  repository: SourceRepository,
): Promise<BranchUpdate> {
  const wanted = `refs/heads/${branch}`;
  const other = updates.find((update) => update.ref !== wanted);
  const update = updates.find((candidate) => candidate.ref === wanted);
  if (other) throw notDeployed(other.ref, branch);
  if (!update) throw notDeployed("nothing", branch);
  if (update.after === undefined) throw deletionRefused(branch);
  if (update.before !== undefined && !(await repository.isAncestor(update.before, update.after))) {
    throw forcePushRefused(update.before, branch);
  }
  return { before: update.before, after: update.after };
}

function notDeployed(ref: string, branch: string): ConveneError {
  const name = ref.replace(/^refs\/heads\//, "branch ").replace(/^refs\/tags\//, "tag ");
  return new ConveneError({
    code: "BranchNotDeployed",
    message: `only branch ${branch} is kept here, this push is for ${name}`,
    hint: `push what should run: git push REMOTE HEAD:${branch}`,
  });
}

function deletionRefused(branch: string): ConveneError {
  return new ConveneError({
    code: "BranchDeletionRefused",
    message: `branch ${branch} says what runs on this host and is not deleted`,
    hint: "to take a change back: git revert COMMIT, then push; to remove the site: convene uninstall, as root",
  });
}

function forcePushRefused(before: string, branch: string): ConveneError {
  return new ConveneError({
    code: "ForcePushRefused",
    message: `this push would drop commits of ${branch} from ${before.slice(0, 7)} on; history only grows here`,
    hint: `fetch, then put your change on top: git pull --rebase; to take a change back: git revert ${before.slice(0, 7)}, then push`,
  });
}
