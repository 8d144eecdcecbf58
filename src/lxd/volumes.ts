/** Custom storage volumes: where containers keep what must outlive them. */
import { z } from "zod";
import type { Clock } from "../system/clock.ts";
import { hasCode } from "./lxd-errors.ts";
import type { Lxd } from "./lxd.ts";
import { change, OPERATION_DEADLINE_MS } from "./operation.ts";
import { pathOf, read } from "./request.ts";
import type { Requester } from "./request.ts";
import { lxdVolumeSchema } from "./schema.ts";

export type VolumeMethods = Pick<Lxd, "volumes" | "createVolume" | "updateVolume" | "deleteVolume">;

export function volumeMethods(requester: Requester, clock: Clock): VolumeMethods {
  const options = { clock, deadlineMs: OPERATION_DEADLINE_MS };
  return {
    volumes: async (pool) => {
      const request = { path: pathOf`storage-pools/${pool}/volumes/custom`, query: { recursion: "1" } };
      return (await read(requester, z.array(lxdVolumeSchema), request)).value;
    },
    createVolume: async (pool, name, config) => {
      const path = pathOf`storage-pools/${pool}/volumes/custom`;
      const json = { name, config, content_type: "filesystem" };
      await change(requester, { method: "POST", path, json }, options);
    },
    updateVolume: async (pool, name, config) => {
      const path = pathOf`storage-pools/${pool}/volumes/custom/${name}`;
      const { value, etag } = await read(requester, lxdVolumeSchema, { path });
      const headers = etag === undefined ? {} : { "if-match": etag };
      const json = { config, description: value.description };
      await change(requester, { method: "PATCH", path, headers, json }, options);
    },
    deleteVolume: async (pool, name) => {
      const path = pathOf`storage-pools/${pool}/volumes/custom/${name}`;
      try {
        await change(requester, { method: "DELETE", path }, options);
      } catch (error) {
        if (!hasCode(error, "LxdNotFound")) throw error;
      }
    },
  };
}
