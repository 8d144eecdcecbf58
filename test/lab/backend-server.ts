/** A web server behind the proxy: says its name and what it was asked, echoes on WebSockets. */
import { createServer } from "node:http";
import { promisify } from "node:util";
import { WebSocketServer } from "ws";

export interface BackendServer extends AsyncDisposable {
  readonly address: string;
  readonly port: number;
}

/** Answers `{name, headers}`; listens on a port of its own on loopback. */
export async function backendServer(name: string): Promise<BackendServer> {
  const server = createServer((request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ name, url: request.url, headers: request.headers }));
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
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await promisify(server.close.bind(server))();
    },
  };
}
