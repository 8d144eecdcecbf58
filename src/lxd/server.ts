/** The server itself and what belongs to all of it: version, project, networks, pools, running operations. */
import { z } from "zod";
import { ConveneError } from "../system/errors.ts";
import type { Lxd } from "./lxd.ts";
import { find, pathOf, read } from "./request.ts";
import type { Requester } from "./request.ts";
import {
  lxdNetworkSchema,
  lxdOperationSchema,
  lxdPoolSchema,
  lxdProjectSchema,
  lxdServerSchema,
} from "./schema.ts";

export type ServerMethods = Pick<Lxd, "server" | "network" | "pool" | "operations">;

/** Networks live in the default project: `features.networks` is off in ours. */
const NETWORK_PROJECT = "default";

export function serverMethods(requester: Requester): ServerMethods {
  return {
    server: async () => {
      const { value } = await read(requester, lxdServerSchema, { path: "/1.0", project: null });
      const path = pathOf`projects/${requester.project}`;
      // A list in a project that does not exist answers 200 and [], as if everything were gone.
      const project = await find(requester, lxdProjectSchema, { path, project: null });
      if (!project) throw projectMissing(requester.project);
      return { version: value.environment.server_version, extensions: new Set(value.api_extensions) };
    },
    network: async (name) =>
      await find(requester, lxdNetworkSchema, { path: pathOf`networks/${name}`, project: NETWORK_PROJECT }),
    pool: async (name) =>
      await find(requester, lxdPoolSchema, { path: pathOf`storage-pools/${name}`, project: null }),
    operations: async () => {
      const byStatus = z.record(z.string(), z.array(lxdOperationSchema));
      const request = { path: "/1.0/operations", query: { recursion: "1" } };
      return Object.values((await read(requester, byStatus, request)).value).flat();
    },
  };
}

function projectMissing(project: string): ConveneError {
  return new ConveneError({
    code: "LxdProjectMissing",
    message: `LXD has no project "${project}"`,
    hint: "run `convene init` as root on the host; it makes the project",
  });
}
