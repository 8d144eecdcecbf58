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

/**
 * Whether this machine itself has a way to the address. A TCP connection cannot tell: it fails with the same errors
 * when a router farther on has none (ICMPv6 destination unreachable).
 */
export async function hasWayTo(address: string, port: number): Promise<boolean> {
  try {
    (await connectDatagrams(address, port)).close();
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && NO_WAY.includes(error.code));
  }
}
