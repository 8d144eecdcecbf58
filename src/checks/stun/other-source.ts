/** Listens for a binding's answer from anywhere: a connected socket never sees what comes from the wrong address. */
import { createSocket, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import type { CheckRun } from "../check-run.ts";
import { refuseForbidden } from "../connect/refuse-forbidden.ts";
import { sameIp, type TransportAddress } from "./stun-address.ts";
import { MessageClass, Method, TRANSACTION_ID_LENGTH } from "./stun-constants.ts";
import { decodeStun } from "./stun-decode.ts";
import { encodeStun } from "./stun-encode.ts";

/** Milliseconds in all, with a second packet in the middle. */
const WAIT_MS = 800;

/**
 * Where the answer to a binding came from, when not from where it was asked; undefined when no such answer came.
 * Call it after a binding got no answer.
 */
export async function answeredFromElsewhere(
  asked: TransportAddress,
  run: CheckRun,
): Promise<TransportAddress | undefined> {
  refuseForbidden(asked.address, run);
  const socket = createSocket(isIPv6(asked.address) ? "udp6" : "udp4");
  run.say("→ binding request, listening for an answer from anywhere");
  try {
    return await listen(socket, asked, run);
  } finally {
    socket.close();
  }
}

function listen(
  socket: Socket,
  asked: TransportAddress,
  run: CheckRun,
): Promise<TransportAddress | undefined> {
  const transactionId = run.context.randomBytes(TRANSACTION_ID_LENGTH);
  const request = encodeStun(
    { method: Method.binding, messageClass: MessageClass.request, transactionId, attributes: [] },
    { fingerprint: true },
  );
  const send = (): void => {
    if (run.context.contacts?.allowDatagram(asked.address) === false) return;
    socket.send(request, asked.port, asked.address, () => undefined);
  };
  return new Promise((resolve) => {
    const settle = (from: TransportAddress | undefined): void => {
      clearTimeout(again);
      clearTimeout(limit);
      run.signal.removeEventListener("abort", stop);
      resolve(from);
    };
    const stop = (): void => settle(undefined);
    const again = setTimeout(send, WAIT_MS / 2);
    const limit = setTimeout(stop, WAIT_MS);
    run.signal.addEventListener("abort", stop, { once: true });
    socket.on("error", stop);
    socket.on("message", (bytes: Uint8Array, from) => {
      const decoded = decodeStun(bytes);
      const isAnswer = decoded.ok && Buffer.compare(decoded.message.transactionId, transactionId) === 0;
      const isElsewhere = from.port !== asked.port || !sameIp(from.address, asked.address);
      if (isAnswer && isElsewhere) settle({ address: from.address, port: from.port });
    });
    if (run.signal.aborted) stop();
    else send();
  });
}
