/** A UDP socket that is connected, so that the system chooses its way and no packet has been sent. */
import { createSocket, type Socket, type SocketOptions } from "node:dgram";
import { isIPv6 } from "node:net";

/** Sends nothing, so that it never waits for the peer. Rejects with the system's own error, such as no route. */
export function connectDatagrams(address: string, port: number): Promise<Socket> {
  const family = isIPv6(address) ? 6 : 4;
  // An IP address needs no resolver, which would cost a turn of the event loop for each call.
  const lookup: SocketOptions["lookup"] = (given, _options, found) => found(null, given, family);
  const socket = createSocket({ type: `udp${family}`, lookup });
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => {
      socket.close();
      reject(error);
    };
    socket.once("error", failed);
    socket.once("connect", () => {
      socket.off("error", failed);
      resolve(socket);
    });
    socket.connect(port, address);
  });
}

/** What connect(2) and socket(2) say where a way, an address of its own or the whole protocol is missing here. */
const NO_WAY: readonly unknown[] = ["ENETUNREACH", "EHOSTUNREACH", "EADDRNOTAVAIL", "EACCES", "EAFNOSUPPORT"];

export interface Way {
  /** Its own address that the system would send from; undefined when the system does not say. */
  readonly source?: string;
}

/**
 * How this machine itself gets to the address; undefined when it has no way. A TCP connection cannot tell: it fails with
 * the same errors when a router farther on has none (ICMPv6 destination unreachable).
 */
export async function wayTo(address: string, port: number): Promise<Way | undefined> {
  try {
    const socket = await connectDatagrams(address, port);
    const { address: source } = socket.address();
    socket.close();
    return { source };
  } catch (error) {
    return error instanceof Error && "code" in error && NO_WAY.includes(error.code) ? undefined : {};
  }
}
