/** Whose an LXD object is: convene marks what it makes for the host, and touches nothing that is not marked. */
import { z } from "zod";
import { find, pathOf } from "../lxd/request.ts";
import type { Requester } from "../lxd/request.ts";
import { OWNER_VALUE } from "../observe/instance-record.ts";
import { ConveneError } from "../system/errors.ts";

/** The same key that marks instances; on the host's objects its value is the LXD project they serve. */
export const OWNER_KEY = "user.convene.owner";

export type HostObject = "network" | "network-acl" | "project" | "storage";

const configSchema = z.object({ config: z.record(z.string(), z.string()).nullish() });

/** What marks the images the agent published. */
const IMAGE_OWNER = "convene.owner";
/** Property of the base image, with the hash of its recipe. */
export const BASE_IMAGE_KEY = "convene.base";

/** Whether convene made what carries these marks: an instance's or a volume's config, an image's properties. */
export function isOurs(marks: Readonly<Record<string, string>>): boolean {
  return (
    marks[OWNER_KEY] === OWNER_VALUE ||
    marks[IMAGE_OWNER] === OWNER_VALUE ||
    marks[BASE_IMAGE_KEY] !== undefined
  );
}

/** `absent`, `ours`, or `foreign`: made by somebody else. */
export async function whose(
  server: Requester,
  kind: HostObject,
  name: string,
  owner: string,
): Promise<"absent" | "ours" | "foreign"> {
  const object = await find(server, configSchema, { path: pathTo(kind, name) });
  if (object === undefined) return "absent";
  return object.config?.[OWNER_KEY] === owner ? "ours" : "foreign";
}

/** Throws `LxdObjectConflict` when somebody else's object has our name. */
export async function refuseForeign(
  server: Requester,
  kind: HostObject,
  name: string,
  owner: string,
): Promise<void> {
  if ((await whose(server, kind, name, owner)) !== "foreign") return;
  const command = kind === "network-acl" ? "network acl" : kind;
  throw new ConveneError({
    code: "LxdObjectConflict",
    message: `LXD has a ${command} "${name}" that convene did not make`,
    hint: `choose another name under \`lxd\` in config.yaml, or hand it over: lxc ${command} set ${name} ${OWNER_KEY}=${owner}`,
    subject: `${command} ${name}`,
  });
}

export function pathTo(kind: HostObject, name: string): string {
  switch (kind) {
    case "network":
      return pathOf`networks/${name}`;
    case "network-acl":
      return pathOf`network-acls/${name}`;
    case "project":
      return pathOf`projects/${name}`;
    case "storage":
      return pathOf`storage-pools/${name}`;
  }
}
