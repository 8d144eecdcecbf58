/** Starting and stopping instances; asking for the state that already is counts as success. */
import type { Clock } from "../system/clock.ts";
import { pollUntil } from "../system/retry.ts";
import { hasCode } from "./lxd-errors.ts";
import type { Lxd } from "./lxd.ts";
import { change, OPERATION_DEADLINE_MS } from "./operation.ts";
import { pathOf, read } from "./request.ts";
import type { Requester } from "./request.ts";
import { lxdInstanceSchema } from "./schema.ts";
import { LXD_STATUS } from "./status-codes.ts";

const { stopped: STOPPED, running: RUNNING, frozen: FROZEN } = LXD_STATUS;
/** A guest that missed the grace period is usually about to be down: so long it is still watched before force. */
const LINGER_MS = 2_000;
/** How long a start waits for another operation on the instance to end. */
const BUSY_MS = 15_000;

type StateChange =
  | { readonly action: "start" | "unfreeze" }
  | { readonly action: "stop"; readonly timeout: number; readonly force: boolean };

export type PowerMethods = Pick<Lxd, "startInstance" | "stopInstance">;

export function powerMethods(requester: Requester, clock: Clock): PowerMethods {
  const statusOf = async (name: string): Promise<number> =>
    (await read(requester, lxdInstanceSchema, { path: pathOf`instances/${name}` })).value.status_code;

  /** Whether the instance is in `wanted` afterwards; a refusal is thrown only if it is not. */
  const request = async (
    name: string,
    json: StateChange,
    wanted: number,
    deadlineMs: number,
  ): Promise<void> => {
    try {
      const path = pathOf`instances/${name}/state`;
      await change(requester, { method: "PUT", path, json }, { clock, deadlineMs });
    } catch (error) {
      if (!hasCode(error, "LxdError") || (await statusOf(name)) !== wanted) throw error;
    }
  };

  return {
    startInstance: async (name) => {
      // LXD tells of a stop before the stop has quite ended; a start that soon is refused as busy.
      const start = async (): Promise<true | undefined> => {
        const action = (await statusOf(name)) === FROZEN ? "unfreeze" : "start";
        try {
          await request(name, { action }, RUNNING, OPERATION_DEADLINE_MS);
          return true;
        } catch (error) {
          if (!hasCode(error, "LxdBusy")) throw error;
          return undefined;
        }
      };
      if (await pollUntil(start, { clock, intervalMs: 100, timeoutMs: BUSY_MS })) return;
      await request(name, { action: "start" }, RUNNING, OPERATION_DEADLINE_MS);
    },
    stopInstance: async (name, graceMs) => {
      if (graceMs > 0) {
        // `timeout: 0` is a kill and no timeout is forever, so at least one second.
        const timeout = Math.max(1, Math.ceil(graceMs / 1000));
        const json = { action: "stop", timeout, force: false } as const;
        try {
          await request(name, json, STOPPED, timeout * 1000 + 15_000);
          return;
        } catch (error) {
          if (!hasCode(error, "LxdError") && !hasCode(error, "LxdTimeout")) throw error;
        }
        const probe = async (): Promise<true | undefined> =>
          (await statusOf(name)) === STOPPED ? true : undefined;
        if (await pollUntil(probe, { clock, intervalMs: 200, timeoutMs: LINGER_MS })) return;
      }
      await request(name, { action: "stop", timeout: -1, force: true }, STOPPED, OPERATION_DEADLINE_MS);
    },
  };
}
