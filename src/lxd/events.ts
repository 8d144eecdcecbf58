/** LXD's event stream: what happens in the project as it happens, across reconnections. */
import type { WebSocket } from "ws";
import type { Clock } from "../system/clock.ts";
import type { Logger } from "../system/logger.ts";
import { backoffDelay } from "../system/retry.ts";
import { lxdEventSchema } from "./schema.ts";
import type { LxdEvent } from "./schema.ts";
import { openWebSocket } from "./websocket.ts";

export interface EventSource {
  readonly socketPath: string;
  readonly project: string;
  readonly clock: Clock;
  readonly logger?: Logger | undefined;
}

/** There is one client on a local socket: no jitter is needed. */
const BACKOFF = { initialMs: 200, maximumMs: 10_000, random: () => 1 };

/**
 * Listens until `signal` aborts, then resolves. LXD does not replay events, so after every gap `onReconnect` is
 * called and the listener should read everything again.
 */
export async function followEvents(
  source: EventSource,
  onEvent: (event: LxdEvent) => void,
  onReconnect: () => void,
  signal: AbortSignal,
): Promise<void> {
  let connectedBefore = false;
  let failures = 0;
  while (!signal.aborted) {
    try {
      const socket = await connect(source, onEvent);
      failures = 0;
      if (connectedBefore) onReconnect();
      connectedBefore = true;
      await closed(socket, signal);
    } catch (error) {
      source.logger?.debug("LXD events: no connection", { error: String(error) });
    }
    failures += 1;
    await pause(source.clock, backoffDelay(failures, BACKOFF), signal);
  }
}

async function connect(source: EventSource, onEvent: (event: LxdEvent) => void): Promise<WebSocket> {
  const query = new URLSearchParams({ type: "lifecycle,operation", project: source.project });
  return await openWebSocket(source.socketPath, `/1.0/events?${query.toString()}`, (data) => {
    const event = parseEvent(data);
    if (event) onEvent(event);
    else source.logger?.debug("LXD events: one not understood", { event: data.toString("utf8", 0, 500) });
  });
}

function parseEvent(data: Buffer): LxdEvent | undefined {
  try {
    return lxdEventSchema.parse(JSON.parse(data.toString("utf8")));
  } catch {
    return undefined;
  }
}

async function closed(socket: WebSocket, signal: AbortSignal): Promise<void> {
  if (socket.readyState >= socket.CLOSING) return;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const abort = (): void => socket.terminate();
  socket.once("close", () => resolve(undefined));
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  try {
    await promise;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
