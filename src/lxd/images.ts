/** Images of the project: listing, publishing from an instance, deleting. */
import { z } from "zod";
import type { Clock } from "../system/clock.ts";
import { hasCode, unexpected } from "./lxd-errors.ts";
import type { Lxd } from "./lxd.ts";
import { change } from "./operation.ts";
import { find, pathOf, read } from "./request.ts";
import type { Requester } from "./request.ts";
import { lxdImageAliasSchema, lxdImageSchema } from "./schema.ts";

/** Packing a few hundred megabytes on a slow disk. */
const PUBLISH_DEADLINE_MS = 900_000;
const DELETE_DEADLINE_MS = 120_000;

export type ImageMethods = Pick<Lxd, "images" | "publishImage" | "deleteImage">;

export function imageMethods(requester: Requester, clock: Clock): ImageMethods {
  const deleteImage = async (fingerprint: string): Promise<void> => {
    try {
      const request = { method: "DELETE", path: pathOf`images/${fingerprint}` } as const;
      await change(requester, request, { clock, deadlineMs: DELETE_DEADLINE_MS });
    } catch (error) {
      if (!hasCode(error, "LxdNotFound")) throw error;
    }
  };
  return {
    deleteImage,
    images: async () => {
      const request = { path: "/1.0/images", query: { recursion: "1" } };
      return (await read(requester, z.array(lxdImageSchema), request)).value;
    },
    publishImage: async (instance, alias, properties, progress) => {
      // An alias points to one image: what it names now (an interrupted earlier build) has to go first.
      const old = await find(requester, lxdImageAliasSchema, { path: pathOf`images/aliases/${alias}` });
      if (old) await deleteImage(old.target);
      const json = {
        source: { type: "instance", name: instance },
        aliases: [{ name: alias }],
        properties,
        public: false,
        // A third of the size of an uncompressed one at the same speed; LXD's default, gzip, takes three times as long.
        compression_algorithm: "zstd",
      };
      const options = { clock, deadlineMs: PUBLISH_DEADLINE_MS, progress };
      const operation = await change(requester, { method: "POST", path: "/1.0/images", json }, options);
      const fingerprint = operation?.metadata["fingerprint"];
      if (typeof fingerprint === "string") return fingerprint;
      throw unexpected("POST /1.0/images", "no fingerprint");
    },
  };
}
