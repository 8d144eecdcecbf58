/** A unix socket that passes everything on to another one and can be cut, as when a daemon restarts. */
import { createServer, connect } from "node:net";
import type { Server, Socket } from "node:net";
import { once } from "node:events";

export interface UnixRelay {
  /** Ends all connections and refuses new ones. */
  cut(): Promise<void>;
  /** Listens (again). */
  open(): Promise<void>;
}

/** `onSent` sees what clients send, in pieces as it comes. */
export function createUnixRelay(path: string, target: string, onSent?: (chunk: Buffer) => void): UnixRelay {
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  const relay = (client: Socket): void => {
    const upstream = connect(target);
    if (onSent) client.on("data", onSent);
    for (const [from, to] of [[client, upstream] as const, [upstream, client] as const]) {
      sockets.add(from);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  };
  return {
    open: async () => {
      server = createServer(relay);
      server.listen(path);
      await once(server, "listening");
    },
    cut: async () => {
      const closing = server;
      server = undefined;
      for (const socket of sockets) socket.destroy();
      if (!closing) return;
      closing.close();
      await once(closing, "close");
    },
  };
}
