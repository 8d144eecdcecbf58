/** A UDP socket that sends to several addresses and hears from any: for what a connected one never sees. */
import { createSocket } from "node:dgram";
import { isIPv6 } from "node:net";
import type { CheckRun } from "../check-run.ts";
import { refuseForbidden } from "../connect/refuse-forbidden.ts";
import type { TransportAddress } from "./stun-address.ts";
import { MessageClass, Method, TRANSACTION_ID_LENGTH } from "./stun-constants.ts";
import { type DecodedStun, decodeStun } from "./stun-decode.ts";
import { encodeStun } from "./stun-encode.ts";

export interface LooseDatagrams {
  /** Fails with `address_refused`; what exceeds the context's ContactPolicy is left unsent. */
  send(bytes: Uint8Array, to: TransportAddress): void;
  /** Calls `seen` for each packet until the returned function is called. */
  onPacket(seen: (bytes: Uint8Array, from: TransportAddress) => void): () => void;
  close(): void;
}

/** For addresses of the family of `peer`. */
export function openLooseDatagrams(peer: TransportAddress, run: CheckRun): LooseDatagrams {
  const socket = createSocket(isIPv6(peer.address) ? "udp6" : "udp4");
  // No route, or a packet that was refused: what does not come back says it all.
  socket.on("error", () => undefined);
  return {
    send: (bytes, { address, port }) => {
      refuseForbidden(address, run);
      if (run.context.contacts?.allowDatagram(address) !== false) {
        socket.send(bytes, port, address, () => undefined);
      }
    },
    onPacket: (seen) => {
      socket.on("message", seen);
      return () => void socket.off("message", seen);
    },
    close: () => void socket.close(),
  };
}

export interface LooseAnswer {
  readonly message: DecodedStun;
  readonly from: TransportAddress;
}

/** Milliseconds in all, with a second packet in the middle. */
const WAIT_MS = 800;

/** The answer to a binding asked of `server`, from wherever `accept` takes it; undefined when none came. */
export async function bindLoosely(
  datagrams: LooseDatagrams,
  server: TransportAddress,
  accept: (from: TransportAddress) => boolean,
  run: CheckRun,
): Promise<LooseAnswer | undefined> {
  const transactionId = run.context.randomBytes(TRANSACTION_ID_LENGTH);
  const request = encodeStun(
    { method: Method.binding, messageClass: MessageClass.request, transactionId, attributes: [] },
    { fingerprint: true },
  );
  datagrams.send(request, server);
  return await new Promise((resolve) => {
    const settle = (answer: LooseAnswer | undefined): void => {
      clearTimeout(again);
      clearTimeout(limit);
      stopListening();
      run.signal.removeEventListener("abort", stop);
      resolve(answer);
    };
    const stop = (): void => settle(undefined);
    const again = setTimeout(() => datagrams.send(request, server), WAIT_MS / 2);
    const limit = setTimeout(stop, WAIT_MS);
    const stopListening = datagrams.onPacket((bytes, from) => {
      const decoded = decodeStun(bytes);
      if (!decoded.ok || Buffer.compare(decoded.message.transactionId, transactionId) !== 0) return;
      if (accept(from)) settle({ message: decoded.message, from });
    });
    run.signal.addEventListener("abort", stop, { once: true });
    if (run.signal.aborted) stop();
  });
}
