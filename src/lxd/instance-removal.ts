/** Taking an instance away whatever it does: LXD may start it in between, as it does with all of them when it boots. */
import type { Clock } from "../system/clock.ts";
import { hasCode } from "./lxd-errors.ts";
import { instanceMethods } from "./instances.ts";
import { powerMethods } from "./power.ts";
import type { Requester } from "./request.ts";

/** LXD starts an instance once when it boots: the second stop holds. */
const ATTEMPTS = 3;

/**
 * Stops and deletes; an instance that is not there is no error.
 *
 * @param graceMs how long the guest is given to shut down; 0 is force.
 */
export async function removeInstance(
  requester: Requester,
  clock: Clock,
  name: string,
  graceMs: number,
): Promise<void> {
  const instances = instanceMethods(requester, clock);
  const power = powerMethods(requester, clock);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await power.stopInstance(name, graceMs);
      await instances.deleteInstance(name);
      return;
    } catch (error) {
      if (hasCode(error, "LxdNotFound")) return;
      if (attempt === ATTEMPTS || !(hasCode(error, "LxdError") || hasCode(error, "LxdBusy"))) throw error;
    }
  }
}
