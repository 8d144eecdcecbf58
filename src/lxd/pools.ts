/** Storage pools: made when missing, otherwise used as they are. */
import type { Clock } from "../system/clock.ts";
import { hasCode } from "./lxd-errors.ts";
import { change, OPERATION_DEADLINE_MS } from "./operation.ts";
import { find, pathOf } from "./request.ts";
import type { Requester } from "./request.ts";
import { lxdPoolSchema } from "./schema.ts";

export interface PoolSpec {
  readonly name: string;
  /** `btrfs`, `zfs`, `lvm` or `dir`. */
  readonly driver: string;
  readonly description: string;
  /** For example `{ size: "20GiB" }` for a pool in a loop file. */
  readonly config: Readonly<Record<string, string>>;
}

export async function ensurePool(
  server: Requester,
  clock: Clock,
  spec: PoolSpec,
): Promise<"created" | "already there"> {
  const path = pathOf`storage-pools/${spec.name}`;
  if (await find(server, lxdPoolSchema, { path, project: null })) return "already there";
  try {
    const request = { method: "POST", path: "/1.0/storage-pools", project: null, json: spec } as const;
    await change(server, request, { clock, deadlineMs: OPERATION_DEADLINE_MS });
    return "created";
  } catch (error) {
    if (hasCode(error, "LxdAlreadyExists")) return "already there";
    throw error;
  }
}
