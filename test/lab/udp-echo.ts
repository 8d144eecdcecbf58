/** A UDP peer that sends every packet back to where it came from. */
import { createSocket } from "node:dgram";
import { once } from "node:events";

export interface UdpEcho {
  readonly port: number;
  /** Packets seen so far, with the port they came from. */
  readonly seen: readonly { readonly bytes: Uint8Array; readonly port: number }[];
  stop(): void;
}

/** Listens on 127.0.0.1. */
export async function startUdpEcho(): Promise<UdpEcho> {
  const socket = createSocket("udp4");
  const seen: { bytes: Uint8Array; port: number }[] = [];
  socket.on("message", (bytes: Uint8Array, from) => {
    seen.push({ bytes, port: from.port });
    socket.send(bytes, from.port, from.address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return { port: socket.address().port, seen, stop: () => void socket.close() };
}
