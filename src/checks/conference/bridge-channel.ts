/** The bridge's own WebSocket (colibri-ws), by which browsers without data channels are told who speaks. */
import { WebSocket } from "ws";
import { CheckFailure, CheckRun } from "../check-run.ts";
import { openSecured } from "../connect/open-secured.ts";
import type { Offer } from "./jingle-offer.ts";
import type { Place } from "./participant.ts";

const OPEN_MS = 2_000;

/**
 * Opens it with the participant's own address of it, and closes it. Says in words why it does not open; undefined
 * when it does, or where none is offered. A site of ours has it on its own host; a foreign one's may have it on
 * another, which is contacted within the context's bounds.
 */
export async function testBridgeChannel(
  { webSocket }: Offer,
  { target, allowSelfSigned }: Place,
  run: CheckRun,
): Promise<string | undefined> {
  const url = webSocket === undefined ? null : URL.parse(webSocket);
  if (url === null) return webSocket === undefined ? undefined : "its address is none";
  const secure = url.protocol === "wss:";
  if (!secure && url.protocol !== "ws:") return `its address begins with ${url.protocol}`;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const isElsewhere = host !== target.host;
  if (isElsewhere && run.context.contacts === undefined) {
    return `its address leads to ${host}, not to ${target.host}`;
  }
  const port = url.port === "" ? (secure ? 443 : 80) : Number(url.port);
  // Of its own, so that the phases stay the meeting's.
  const inner = new CheckRun(run.context, AbortSignal.any([run.signal, AbortSignal.timeout(OPEN_MS)]));
  try {
    const address = isElsewhere ? undefined : target.address;
    const socket = await openSecured({ host, address, port, secure, allowSelfSigned }, inner);
    const status = await upgrade(
      new WebSocket(url, { createConnection: () => socket, followRedirects: false }),
      inner.signal,
    );
    return status === 101
      ? undefined
      : `${url.pathname.split("/").slice(0, 3).join("/")}/… answers ${status}`;
  } catch (error) {
    run.signal.throwIfAborted();
    return error instanceof CheckFailure ? error.message : "it does not open in time";
  }
}

/** The HTTP status; 101 when it opens. */
function upgrade(channel: WebSocket, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      signal.removeEventListener("abort", stop);
      settle();
      channel.terminate();
    };
    const stop = (): void => end(() => reject(signal.reason));
    signal.addEventListener("abort", stop, { once: true });
    channel.on("open", () => end(() => resolve(101)));
    channel.on("unexpected-response", (_request, response) => end(() => resolve(response.statusCode ?? 0)));
    channel.on("error", (error) => end(() => reject(error)));
    if (signal.aborted) stop();
  });
}
