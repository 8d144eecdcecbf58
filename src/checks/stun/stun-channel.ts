/** Carries STUN messages: one UDP socket, or one stream with framing. */
import { createSocket, type Socket as DatagramSocket } from "node:dgram";
import { once } from "node:events";
import { isIPv6, type Socket } from "node:net";
import { CheckFailure, type CheckRun } from "../check-run.ts";
import type { ConnectReason } from "../connect/connect-reasons.ts";
import type { ContactPolicy } from "../connect/contact-policy.ts";
import { connectFailure } from "../connect/open-tcp.ts";
import { refuseForbidden } from "../connect/refuse-forbidden.ts";
import { StunFramer } from "./stun-frame.ts";

export interface StunChannel {
  /** A request over UDP is repeated, over a stream it is not (RFC 8489 section 6.2). */
  readonly reliable: boolean;
  /** Over UDP what exceeds the context's ContactPolicy is left unsent. */
  send(bytes: Uint8Array): void;
  /** Says that the peer has answered with the right credentials. */
  trust(): void;
  /** Whether so much waits to be sent that data which is only good when it is fresh is better dropped. */
  congested(): boolean;
  /** Called once by the one reader. */
  listen(reader: StunReader): void;
  close(): void;
}

export interface StunReader {
  /** One whole STUN message or ChannelData. */
  readonly message: (bytes: Uint8Array) => void;
  /** Why the channel ended. */
  readonly failure: (failure: CheckFailure) => void;
  /** Whether a channel of that number was bound, so that its data may come. */
  readonly isChannel: (channel: number) => boolean;
}

/** Bytes waiting in a stream that are about a second of one person's media. */
const CONGESTED_BYTES = 262_144;

/** A connected UDP socket: only the peer's packets arrive, and its port-unreachable is `port_closed`. */
export async function openUdpChannel(address: string, port: number, run: CheckRun): Promise<StunChannel> {
  refuseForbidden(address, run);
  run.say(`udp ${address}:${port}`);
  const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
  const target = `${address}:${port}/udp`;
  try {
    socket.connect(port, address);
    await once(socket, "connect", { signal: run.signal });
  } catch (error) {
    socket.close();
    throw error instanceof Error ? connectFailure(error, target) : error;
  }
  return udpChannel(socket, { address, target }, run.context.contacts);
}

function udpChannel(
  socket: DatagramSocket,
  { address, target }: { readonly address: string; readonly target: string },
  contacts: ContactPolicy | undefined,
): StunChannel {
  let open = true;
  // Without a listener an error would end the process; the reader adds its own.
  socket.on("error", () => undefined);
  return {
    reliable: false,
    send: (bytes) => {
      if (open && contacts?.allowDatagram(address) !== false) socket.send(bytes, () => undefined);
    },
    trust: () => contacts?.trust(address),
    congested: () => false,
    listen: (reader) => {
      socket.on("message", reader.message);
      socket.on("error", (error) => reader.failure(connectFailure(error, target)));
    },
    close: () => {
      if (open) socket.close();
      open = false;
    },
  };
}

/** STUN over an open TCP or TLS connection; closing the channel closes it. */
export function streamChannel(socket: Socket): StunChannel {
  return {
    reliable: true,
    send: (bytes) => {
      if (socket.writable) socket.write(bytes);
    },
    trust: () => undefined,
    congested: () => socket.writableLength > CONGESTED_BYTES,
    listen: ({ message, failure, isChannel }) => {
      const framer = new StunFramer(isChannel);
      socket.on("data", (chunk: Uint8Array) => {
        const read = framer.push(chunk);
        for (const bytes of read.messages) message(bytes);
        if (!read.broken) return;
        failure(new CheckFailure("bad_answer", "the stream holds something that is not STUN"));
        socket.destroy();
      });
      socket.on("error", (error) => failure(connectFailure(error, "the connection")));
      socket.on("close", () =>
        failure(new CheckFailure<ConnectReason>("connection_lost", "the server closed the connection")),
      );
    },
    close: () => void socket.destroy(),
  };
}
