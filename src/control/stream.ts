/** Answers that grow line by line: one JSON value a line, until the caller leaves or the source ends. */
import type { ServerResponse } from "node:http";
import { reportError } from "../system/errors.ts";

/** A caller that reads more slowly than this many bytes pile up is let go: it must not hold the agent's memory. */
const MAXIMUM_BACKLOG = 8 * 1024 * 1024;

/** Aborts when the caller is gone. */
export function callerSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once("close", () => gone.abort(new Error("the caller has gone")));
  return gone.signal;
}

export function startLines(response: ServerResponse): (value: unknown) => void {
  response.writeHead(200, { "content-type": "application/x-ndjson" });
  response.flushHeaders();
  return (value) => {
    if (response.destroyed) return;
    response.write(`${JSON.stringify(value)}\n`);
    if (response.writableLength > MAXIMUM_BACKLOG) response.destroy();
  };
}

/** Sends every item; the subscription is in place before the caller sees the headers. */
export async function streamLines<T>(
  response: ServerResponse,
  source: AsyncIterable<T>,
  toLine: (item: T) => unknown,
): Promise<void> {
  const iterator = source[Symbol.asyncIterator]();
  let next = iterator.next();
  const write = startLines(response);
  try {
    for (let item = await next; item.done !== true; item = await next) {
      write(toLine(item.value));
      next = iterator.next();
    }
  } catch (error) {
    write({ error: reportError(error) });
  } finally {
    response.end();
    await iterator.return?.();
  }
}
