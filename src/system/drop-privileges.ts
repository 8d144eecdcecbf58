/** Giving root up: the agent needs it only to make the socket that root alone may use. */
import { readFile } from "node:fs/promises";
import { ConveneError } from "./errors.ts";

export interface ProcessIdentity {
  readonly getuid: () => number;
  readonly setgroups: (groups: readonly string[]) => void;
  readonly setgid: (group: string) => void;
  readonly setuid: (user: string) => void;
}

/** Becomes `user` with its own group and `supplementary`; does nothing when the process is not root. */
export function dropPrivileges(
  process: ProcessIdentity,
  user: string,
  supplementary: readonly string[],
): void {
  if (process.getuid() !== 0) return;
  process.setgroups([user, ...supplementary]);
  process.setgid(user);
  process.setuid(user);
}

/** The numeric id of a group of /etc/group; undefined when there is none. */
export async function groupId(name: string): Promise<number | undefined> {
  const line = (await readFile("/etc/group", "utf8")).split("\n").find((one) => one.startsWith(`${name}:`));
  const id = Number(line?.split(":")[2]);
  return Number.isInteger(id) ? id : undefined;
}

/** Like groupId, but a missing group is `GroupMissing`. */
export async function requireGroup(name: string): Promise<number> {
  const id = await groupId(name);
  if (id !== undefined) return id;
  throw new ConveneError({
    code: "GroupMissing",
    message: `there is no group ${name} on this host`,
    hint: "sudo convene init makes it",
  });
}
