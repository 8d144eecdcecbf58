/** Instances: listing, creating, changing, starting and stopping. */
import { z } from "zod";
import type { Clock } from "../system/clock.ts";
import { createLimit } from "../system/limit.ts";
import { hasCode } from "./lxd-errors.ts";
import type { InstanceSpec, Lxd } from "./lxd.ts";
import { change, OPERATION_DEADLINE_MS } from "./operation.ts";
import { find, pathOf, read } from "./request.ts";
import type { Requester } from "./request.ts";
import { lxdInstanceSchema, lxdInstanceStateSchema } from "./schema.ts";
import type { LxdInstance } from "./schema.ts";

/** Unpacking an image on a slow disk is minutes, not seconds. */
const CREATE_DEADLINE_MS = 600_000;
/** More only get in each other's way on the disk. */
const UNPACKED_AT_ONCE = 2;

export type InstanceMethods = Pick<
  Lxd,
  | "instances"
  | "instance"
  | "addresses"
  | "createInstance"
  | "patchInstance"
  | "putInstance"
  | "renameInstance"
  | "deleteInstance"
>;

export function instanceMethods(requester: Requester, clock: Clock): InstanceMethods {
  const options = { clock, deadlineMs: OPERATION_DEADLINE_MS };
  const unpacking = createLimit(UNPACKED_AT_ONCE);
  const one = async (name: string): Promise<{ value: LxdInstance; etag: string | undefined }> =>
    await read(requester, lxdInstanceSchema, { path: pathOf`instances/${name}` });
  return {
    instances: async () => {
      // recursion=2 would fetch every state and snapshot: 2.4 ms more for each instance.
      const request = { path: "/1.0/instances", query: { recursion: "1" } };
      return (await read(requester, z.array(lxdInstanceSchema), request)).value;
    },
    instance: async (name) => await find(requester, lxdInstanceSchema, { path: pathOf`instances/${name}` }),
    addresses: async (name) => {
      const { value } = await read(requester, lxdInstanceStateSchema, {
        path: pathOf`instances/${name}/state`,
      });
      return Object.values(value.network ?? {})
        .flatMap((nic) => nic.addresses)
        .filter((address) => address.scope === "global")
        .map((address) => address.address);
    },
    createInstance: async (spec, progress) => {
      const request = { method: "POST", path: "/1.0/instances", json: creation(spec) } as const;
      await unpacking(() => change(requester, request, { clock, deadlineMs: CREATE_DEADLINE_MS, progress }));
    },
    patchInstance: async (name, patch) => {
      const { value } = await one(name);
      // A PATCH without the description erases it (LXD 5.0 to 6.9, lxd/instance_patch.go).
      const json = { ...patch, description: value.description };
      await change(requester, { method: "PATCH", path: pathOf`instances/${name}`, json }, options);
    },
    putInstance: async (name, next) => {
      const { value, etag } = await one(name);
      const headers = etag === undefined ? {} : { "if-match": etag };
      const json = {
        architecture: value.architecture,
        ephemeral: value.ephemeral,
        stateful: value.stateful,
        profiles: value.profiles,
        description: next.description,
        devices: next.devices,
        config: { ...pickKeys(next.config, isOurs), ...pickKeys(value.config, isLxds) },
      };
      await change(requester, { method: "PUT", path: pathOf`instances/${name}`, headers, json }, options);
    },
    renameInstance: async (name, to) => {
      const request = { method: "POST", path: pathOf`instances/${name}`, json: { name: to } } as const;
      await change(requester, request, options);
    },
    deleteInstance: async (name) => {
      try {
        await change(requester, { method: "DELETE", path: pathOf`instances/${name}` }, options);
      } catch (error) {
        if (!hasCode(error, "LxdNotFound")) throw error;
      }
    },
  };
}

function creation(spec: InstanceSpec): Record<string, unknown> {
  return {
    name: spec.name,
    type: "container",
    description: spec.description,
    // No profile: everything an instance has is written on itself.
    profiles: [],
    config: spec.config,
    devices: spec.devices,
    source: { type: "image", fingerprint: spec.image },
  };
}

/** Keys that LXD keeps itself and does not let go of. */
function isLxds(key: string): boolean {
  return key.startsWith("volatile.") || key.startsWith("image.");
}

function isOurs(key: string): boolean {
  return !isLxds(key);
}

function pickKeys(
  config: Readonly<Record<string, string>>,
  keep: (key: string) => boolean,
): Record<string, string> {
  return Object.fromEntries(Object.entries(config).filter(([key]) => keep(key)));
}
