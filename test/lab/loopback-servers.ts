/** Servers on loopback that say whatever a test wants, closed together. */
import type { RequestListener } from "node:http";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import { listenOnLoopback } from "./loopback-port.ts";
import type { TestCertificate } from "./test-certificates.ts";

export interface LoopbackServers {
  /** Each resolves to the port. */
  listen(server: Server): Promise<number>;
  /** Hands each connection to the test. */
  raw(serve: (socket: Socket) => void): Promise<number>;
  /** Sends these bytes to everybody, and closes unless told to stay. */
  says(bytes: string | Uint8Array, stays?: boolean): Promise<number>;
  /** Accepts and never says a word. */
  silent(): Promise<number>;
  /** TLS with this chain, leaf first, for every name. */
  tls(chain: readonly TestCertificate[], options?: TlsOptions): Promise<number>;
  http(answer: RequestListener): Promise<number>;
  https(chain: readonly TestCertificate[], answer: RequestListener): Promise<number>;
  close(): void;
}

export function createLoopbackServers(): LoopbackServers {
  const servers = new Set<Server>();
  const sockets = new Set<Socket>();
  const listen = (server: Server): Promise<number> => {
    servers.add(server);
    server.on("connection", (socket) => {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => sockets.delete(socket));
    });
    return listenOnLoopback(server);
  };
  const raw = (serve: (socket: Socket) => void): Promise<number> => listen(createServer(serve));
  return {
    listen,
    raw,
    says: (bytes, stays = false) => raw((socket) => (stays ? socket.write(bytes) : socket.end(bytes))),
    silent: () => raw(() => undefined),
    tls: (chain, options = {}) =>
      listen(
        createTlsServer({ ...identity(chain), ...options }, (socket) => socket.on("error", () => undefined)),
      ),
    http: (answer) => listen(createHttpServer(answer)),
    https: (chain, answer) => listen(createHttpsServer(identity(chain), answer)),
    close: () => {
      for (const server of servers) server.close();
      for (const socket of sockets) socket.destroy();
      servers.clear();
    },
  };
}

function identity(chain: readonly TestCertificate[]): { readonly cert: string; readonly key: string } {
  return { cert: chain.map(({ pem }) => pem).join(""), key: chain[0]?.keyPem ?? "" };
}
