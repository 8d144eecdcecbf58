/** A web server behind the proxy: says its name and what it was asked, echoes on WebSockets. */
import { once } from "node:events";
import { createServer } from "node:http";
import { promisify } from "node:util";
import { WebSocketServer } from "ws";

export interface BackendServer extends AsyncDisposable {
  readonly address: string;
  readonly port: number;
  /** Resolves when the next request has arrived. */
  asked(): Promise<void>;
}

/** Answers `{name, headers}`, to `/?wait=MS` that much later; listens on a port of its own on loopback. */
export async function backendServer(name: string): Promise<BackendServer> {
  const server = createServer((request, response) => {
    const wait = /[?]wait=(\d+)$/.exec(request.url ?? "")?.[1];
    response.setHeader("content-type", "application/json");
    const answer = JSON.stringify({ name, url: request.url, headers: request.headers });
    setTimeout(() => response.end(answer), Number(wait ?? 0));
  });
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", (socket) => socket.on("message", (data) => socket.send(data)));
  await promisify((port: number, host: string, done: () => void) => server.listen(port, host, done))(
    0,
    "127.0.0.1",
  );
  const address = server.address();
  return {
    address: "127.0.0.1",
    port: typeof address === "object" && address !== null ? address.port : 0,
    asked: async () => void (await once(server, "request")),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await promisify(server.close.bind(server))();
    },
  };
}
