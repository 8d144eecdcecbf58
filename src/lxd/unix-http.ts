/** Plain HTTP over LXD's unix socket: kept-alive connections, a deadline for every request, a cap on every answer. */
import { Agent, request } from "node:http";
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { isConnectionError, unexpected, unreachable } from "./lxd-errors.ts";

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path and query, encoded. */
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Uint8Array | Readable;
  readonly deadlineMs: number;
  /** Long polls get connections of their own, so that they cannot starve the short requests. */
  readonly longPoll?: boolean;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface UnixHttp {
  readonly socketPath: string;
  /** Throws `LxdUnreachable` when there is no answer in time, `LxdError` when it is larger than 64 MiB. */
  send(request: HttpRequest): Promise<HttpAnswer>;
}

const ANSWER_LIMIT_BYTES = 64 * 1024 * 1024;

/** Opens nothing yet: connections come with the first request, and idle ones do not keep the process alive. */
export function createUnixHttp(socketPath: string): UnixHttp {
  const short = new Agent({ keepAlive: true, maxSockets: 8 });
  const long = new Agent({ keepAlive: true, maxSockets: 32, maxFreeSockets: 4 });
  return {
    socketPath,
    send: async (call) => {
      const what = `${call.method} ${call.path.replace(/[?].*$/s, "")}`;
      try {
        return await exchange(socketPath, call.longPoll ? long : short, call);
      } catch (error) {
        throw isConnectionError(error) ? unreachable(what, error) : unexpected(what, error);
      }
    },
  };
}

async function exchange(socketPath: string, agent: Agent, call: HttpRequest): Promise<HttpAnswer> {
  const signal = AbortSignal.timeout(call.deadlineMs);
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  const outgoing = request({
    socketPath,
    agent,
    method: call.method,
    path: call.path,
    headers: { host: "lxd", ...call.headers },
  });
  const abort = (): void => {
    outgoing.destroy(signal.reason);
  };
  signal.addEventListener("abort", abort, { once: true });
  outgoing.on("error", reject);
  outgoing.on("response", (incoming) => {
    const chunks: Buffer[] = [];
    let size = 0;
    incoming.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > ANSWER_LIMIT_BYTES) {
        incoming.destroy(new Error(`answer larger than ${ANSWER_LIMIT_BYTES} bytes`));
        return;
      }
      chunks.push(chunk);
    });
    incoming.on("error", reject);
    incoming.on("end", () => {
      resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks) });
    });
  });
  if (call.body instanceof Readable) pipeline(call.body, outgoing).catch(reject);
  else outgoing.end(call.body);
  try {
    return await promise;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
