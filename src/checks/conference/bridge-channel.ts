/** The bridge's own WebSocket (colibri-ws), by which browsers without data channels are told who speaks. */
import type { Socket } from "node:net";
import { WebSocket } from "ws";
import { CheckFailure, CheckRun } from "../check-run.ts";
import { openSecured } from "../connect/open-secured.ts";
import type { Offer } from "./jingle-offer.ts";
import type { Place } from "./participant.ts";

const OPEN_MS = 2_000;
/** Bytes of one message; what the bridge says is not read. */
const MESSAGE_LIMIT = 65_536;

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
  // RFC 6455 section 3.
  if (url.hash !== "") return "its address has a fragment (#…), which no browser opens";
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
    const refusal = await upgrade(url, socket, inner.signal);
    return refusal === undefined
      ? undefined
      : `${url.pathname.split("/").slice(0, 3).join("/")}/… answers ${refusal}`;
  } catch (error) {
    run.signal.throwIfAborted();
    if (error instanceof CheckFailure) return error.message;
    if (inner.signal.aborted) return "it does not open in time";
    return `it does not open: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** The HTTP status that it was refused with; undefined when it opens. The socket is destroyed whatever comes. */
async function upgrade(url: URL, socket: Socket, signal: AbortSignal): Promise<number | undefined> {
  try {
    const channel = new WebSocket(url, {
      createConnection: () => socket,
      followRedirects: false,
      maxPayload: MESSAGE_LIMIT,
      perMessageDeflate: false,
    });
    return await refusalOf(channel, signal);
  } finally {
    socket.destroy();
  }
}

function refusalOf(channel: WebSocket, signal: AbortSignal): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      signal.removeEventListener("abort", stop);
      settle();
      channel.terminate();
    };
    const stop = (): void => end(() => reject(signal.reason));
    signal.addEventListener("abort", stop, { once: true });
    channel.on("open", () => end(() => resolve(undefined)));
    channel.on("unexpected-response", (_request, response) => end(() => resolve(response.statusCode ?? 0)));
    channel.on("error", (error) => end(() => reject(error)));
    if (signal.aborted) stop();
  });
}
