/** LXD's own answers, unparsed: for comparing byte for byte, and for doing what a foreign hand does. */
import { z } from "zod";
import { change } from "../../src/lxd/operation.ts";
import { createRequester, read } from "../../src/lxd/request.ts";
import type { LxdRequest } from "../../src/lxd/request.ts";
import { createUnixHttp } from "../../src/lxd/unix-http.ts";
import { systemClock } from "../../src/system/clock.ts";

const DEADLINE_MS = 60_000;

export interface LxdByHand {
  /** What LXD answers for these paths, as JSON text by path. */
  dump(paths: readonly string[]): Promise<Readonly<Record<string, string>>>;
  /** One change, waited for. */
  do(method: LxdRequest["method"], path: string, json?: unknown): Promise<void>;
}

export function lxdByHand(socketPath: string, project: string): LxdByHand {
  const requester = createRequester(createUnixHttp(socketPath), project);
  return {
    dump: async (paths) => {
      const answers = paths.map(async (path) => {
        const { value } = await read(requester, z.unknown(), { path });
        return [path, JSON.stringify(value, null, 1)] as const;
      });
      return Object.fromEntries(await Promise.all(answers));
    },
    do: async (method, path, json) => {
      await change(requester, { method, path, json }, { clock: systemClock, deadlineMs: DEADLINE_MS });
    },
  };
}
