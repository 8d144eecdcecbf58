/** Files inside an instance, running or stopped. */
import { ConveneError } from "../system/errors.ts";
import { hasCode } from "./lxd-errors.ts";
import type { Lxd } from "./lxd.ts";
import { pathOf } from "./request.ts";
import type { LxdRequest, Requester } from "./request.ts";

export type FileMethods = Pick<Lxd, "writeFile" | "readFile">;

export function fileMethods(requester: Requester): FileMethods {
  return {
    writeFile: async (instance, path, content, mode) => {
      // LXD 5.0 ignores the mode of a file that is already there, and would follow a symbolic link.
      await removeFile(requester, file(instance, path));
      await requester.fetch({
        ...file(instance, path),
        method: "POST",
        content,
        headers: {
          "X-LXD-type": "file",
          "X-LXD-write": "overwrite",
          "X-LXD-uid": "0",
          "X-LXD-gid": "0",
          "X-LXD-mode": octal(mode),
        },
      });
    },
    readFile: async (instance, path) => {
      try {
        const answer = await requester.fetch({ ...file(instance, path), method: "GET" });
        const type = answer.headers["x-lxd-type"];
        if (type === "file" || type === undefined) return answer.body;
        throw new ConveneError({
          code: "LxdNotAFile",
          message: `${path} in ${instance} is a ${String(type)}, not a file`,
          hint: `see what it is and take it away: lxc exec ${instance} --project convene -- ls -ld ${path}`,
          subject: `container/${instance}`,
        });
      } catch (error) {
        if (isMissingFile(error)) return undefined;
        throw error;
      }
    },
  };
}

function file(instance: string, path: string): Pick<LxdRequest, "path" | "query"> {
  return { path: pathOf`instances/${instance}/files`, query: { path } };
}

async function removeFile(requester: Requester, request: Pick<LxdRequest, "path" | "query">): Promise<void> {
  try {
    await requester.fetch({ ...request, method: "DELETE" });
  } catch (error) {
    if (!isMissingFile(error)) throw error;
  }
}

/** A 404 is a missing file or a missing instance; only LXD's words tell them apart. */
function isMissingFile(error: unknown): boolean {
  return hasCode(error, "LxdNotFound") && !/instance not found/i.test(error.message);
}

/** LXD reads a mode without a leading zero as decimal. */
function octal(mode: string): string {
  if (!/^0?[0-7]{3,4}$/.test(mode)) {
    throw new ConveneError({
      code: "LxdError",
      message: `"${mode}" is not an octal file mode such as "0640"`,
    });
  }
  return mode.startsWith("0") ? mode : `0${mode}`;
}
