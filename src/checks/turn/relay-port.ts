/** The local end of a relay path: a UDP socket whose packets go to one peer, and that answers whoever sent last. */
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { isIPv6 } from "node:net";
import type { TransportAddress } from "../stun/stun-address.ts";

export interface RelayCounters {
  /** Packets given to the relay. */
  sent: number;
  /** Packets of peers given to the media stack. */
  received: number;
  /** Packets for which there was no room in the stream, or no media stack yet. */
  dropped: number;
}

export interface RelayPort {
  readonly address: TransportAddress;
  /** A packet of the peer, for the media stack. */
  readonly deliver: (payload: Uint8Array) => void;
  close(): void;
}

/** Rejects with the system's own error when `localAddress` is no address of this host. */
export async function openRelayPort(
  localAddress: string,
  counters: RelayCounters,
  send: (payload: Uint8Array) => boolean,
): Promise<RelayPort> {
  const socket = createSocket(isIPv6(localAddress) ? "udp6" : "udp4");
  socket.bind(0, localAddress);
  try {
    await once(socket, "listening");
  } catch (error) {
    socket.close();
    throw error;
  }
  // The media stack may close its socket before this one: its port-unreachable is nobody's failure.
  socket.on("error", () => undefined);
  return new BoundRelayPort(socket, counters, send);
}

class BoundRelayPort implements RelayPort {
  readonly address: TransportAddress;
  readonly deliver: (payload: Uint8Array) => void;
  readonly #socket: Socket;
  #source: RemoteInfo | undefined;
  #open = true;

  constructor(socket: Socket, counters: RelayCounters, send: (payload: Uint8Array) => boolean) {
    this.#socket = socket;
    const { address, port } = socket.address();
    this.address = { address, port };
    socket.on("message", (payload: Uint8Array, source) => {
      this.#source = source;
      if (send(payload)) counters.sent += 1;
      else counters.dropped += 1;
    });
    this.deliver = (payload) => {
      if (this.#source === undefined || !this.#open) {
        counters.dropped += 1;
        return;
      }
      counters.received += 1;
      socket.send(payload, this.#source.port, this.#source.address, () => undefined);
    };
  }

  close(): void {
    if (this.#open) this.#socket.close();
    this.#open = false;
  }
}
