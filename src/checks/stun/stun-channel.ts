/** Carries STUN messages: one UDP socket, or one stream with framing. */
import type { Socket as DatagramSocket } from "node:dgram";
import type { Socket } from "node:net";
import { CheckFailure, type CheckRun } from "../check-run.ts";
import { connectDatagrams } from "../connect/connect-datagrams.ts";
import type { ConnectReason } from "../connect/connect-reasons.ts";
import type { ContactPolicy } from "../connect/contact-policy.ts";
import { connectFailure } from "../connect/open-tcp.ts";
import { refuseForbidden } from "../connect/refuse-forbidden.ts";
import { StunFramer } from "./stun-frame.ts";
import type { StunReason } from "./stun-reasons.ts";

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
  run.signal.throwIfAborted();
  run.say(`udp ${address}:${port}`);
  const target = `${address}:${port}/udp`;
  const socket = await connectDatagrams(address, port).catch((error: unknown) => {
    throw error instanceof Error ? connectFailure(error, target) : error;
  });
  return udpChannel(socket, { address, target }, run.context.contacts);
}

function udpChannel(
  socket: DatagramSocket,
  { address, target }: { readonly address: string; readonly target: string },
  contacts: ContactPolicy | undefined,
): StunChannel {
  let open = true;
  let reader: StunReader | undefined;
  const failed = (error: Error): void => reader?.failure(connectFailure(error, target));
  socket.on("error", failed);
  // The system tells of a port-unreachable once: to whoever sends or receives next.
  const sent = (error: Error | null): void => {
    if (error !== null && open && !isTooLong(error)) failed(error);
  };
  return {
    reliable: false,
    send: (bytes) => {
      if (open && contacts?.allowDatagram(address) !== false) socket.send(bytes, sent);
    },
    trust: () => contacts?.trust(address),
    congested: () => false,
    listen: (given) => {
      reader = given;
      socket.on("message", given.message);
    },
    close: () => {
      if (open) socket.close();
      open = false;
    },
  };
}

/** One packet that does not fit says nothing about the next. */
function isTooLong(error: Error): boolean {
  return "code" in error && error.code === "EMSGSIZE";
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
        failure(
          new CheckFailure<StunReason>("bad_answer", "the stream holds something that is not STUN", {
            evidence: { problem: "not_stun" },
          }),
        );
        socket.destroy();
      });
      socket.on("error", (error) => failure(connectFailure(error, "the server")));
      socket.on("close", () =>
        failure(new CheckFailure<ConnectReason>("connection_lost", "the server closed the connection")),
      );
    },
    close: () => void socket.destroy(),
  };
}
