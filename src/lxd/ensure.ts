/** Making sure that an object exists with the config it should have, and that one is gone. */
import type { Clock } from "../system/clock.ts";
import { hasCode } from "./lxd-errors.ts";
import { change, OPERATION_DEADLINE_MS } from "./operation.ts";
import type { Requester } from "./request.ts";

/** Whether every wanted key has its value; keys nobody asked for are left alone. */
export function hasConfig(
  actual: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(wanted).every(([key, value]) => (actual[key] ?? "") === value);
}

/** Deletes one object; `not there` when LXD does not know it. */
export async function remove(
  requester: Requester,
  clock: Clock,
  path: string,
): Promise<"removed" | "not there"> {
  try {
    await change(requester, { method: "DELETE", path }, { clock, deadlineMs: OPERATION_DEADLINE_MS });
    return "removed";
  } catch (error) {
    if (hasCode(error, "LxdNotFound")) return "not there";
    throw error;
  }
}
