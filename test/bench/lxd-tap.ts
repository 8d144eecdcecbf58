/** A relay in front of LXD that writes down every request that passes. */
import { chmod, chown, rm, stat } from "node:fs/promises";
import { createUnixRelay } from "../lab/unix-relay.ts";

export interface TappedRequest {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
}

export interface LxdTap {
  readonly socketPath: string;
  /** In the order they came. */
  readonly requests: readonly TappedRequest[];
  close(): Promise<void>;
}

/** A request's first line; no JSON that convene sends has such a line in it. */
const REQUEST_LINE = /^(GET|POST|PUT|PATCH|DELETE) (\/1\.0\S*) HTTP\/1\.1\r$/gm;

export async function openLxdTap(socketPath: string, target: string): Promise<LxdTap> {
  const requests: TappedRequest[] = [];
  const relay = createUnixRelay(socketPath, target, (chunk) => {
    const at = Date.now();
    for (const [, method = "", path = ""] of chunk.toString("latin1").matchAll(REQUEST_LINE))
      requests.push({ at, method, path });
  });
  await rm(socketPath, { force: true });
  await relay.open();
  // Open to those the real one is open to: whoever may connect is as good as root.
  const { uid, gid, mode } = await stat(target);
  await chown(socketPath, uid, gid);
  await chmod(socketPath, mode & 0o777);
  return {
    socketPath,
    requests,
    close: async () => {
      await relay.cut();
      await rm(socketPath, { force: true });
    },
  };
}

/** Whether it changes something; running a command inside a container to look is no change. */
export function isWrite({ method, path }: TappedRequest): boolean {
  return method !== "GET" && !/\/exec(\?|$)/.test(path);
}

/** Whether a pass asks it to see what is there; following events and waiting for operations are something else. */
export function isLook({ method, path }: TappedRequest): boolean {
  return method === "GET" && !/^\/1\.0\/(events|operations\/)/.test(path);
}
