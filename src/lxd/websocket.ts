/** WebSockets over LXD's unix socket (exec streams and events). */
import { WebSocket } from "ws";
import { unreachable } from "./lxd-errors.ts";

const CONNECT_MS = 5_000;
const MESSAGE_LIMIT_BYTES = 16 * 1024 * 1024;

/**
 * Opens a WebSocket and resolves when it is connected. `onMessage` is there from the start, so that nothing that
 * comes right behind the handshake is lost. Throws `LxdUnreachable`.
 */
export async function openWebSocket(
  socketPath: string,
  path: string,
  onMessage: (data: Buffer, isBinary: boolean) => void,
): Promise<WebSocket> {
  const socket = new WebSocket(`ws+unix:${socketPath}:${path}`, {
    handshakeTimeout: CONNECT_MS,
    maxPayload: MESSAGE_LIMIT_BYTES,
    perMessageDeflate: false,
  });
  socket.binaryType = "nodebuffer";
  socket.on("message", (data, isBinary) => {
    if (Buffer.isBuffer(data)) onMessage(data, isBinary);
  });
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  socket.once("open", () => resolve(undefined));
  // Stays for the socket's whole life: an error is always followed by `close`, which is what callers watch.
  socket.on("error", reject);
  try {
    await promise;
    return socket;
  } catch (error) {
    socket.terminate();
    throw unreachable(`on ${path.replace(/[?].*$/s, "")}`, error);
  }
}
