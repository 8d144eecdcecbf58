/** A port that passes everything on to another one and can be cut, by hand or by what a client sends. */
import { connect, createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { once } from "node:events";

export interface TcpRelay {
  readonly port: number;
  /** Ends all connections and refuses new ones. */
  cut(): void;
  /** Cuts as soon as a client sends this; the request itself gets no further. */
  cutAt(text: string): Promise<void>;
  /** Passes on (again). */
  mend(): void;
  close(): Promise<void>;
}

/** On loopback, to a port of this machine. */
export async function createTcpRelay(target: number): Promise<TcpRelay> {
  const sockets = new Set<Socket>();
  let whole = true;
  let armed: { readonly text: string; readonly met: () => void } | undefined;
  const cut = (): void => {
    whole = false;
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((client) => {
    if (!whole) {
      client.destroy();
      return;
    }
    const upstream = connect(target, "127.0.0.1");
    for (const [from, to] of [[client, upstream] as const, [upstream, client] as const]) {
      sockets.add(from);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
    }
    client.on("data", (chunk: Buffer) => {
      if (armed && chunk.includes(armed.text)) {
        cut();
        armed.met();
        armed = undefined;
      } else upstream.write(chunk);
    });
    upstream.pipe(client);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: portOf(server),
    cut,
    cutAt: async (text) => await new Promise<void>((met) => (armed = { text, met })),
    mend: () => {
      whole = true;
    },
    close: async () => {
      cut();
      server.close();
      await once(server, "close");
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
