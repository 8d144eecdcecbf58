/** Ports of loopback that nobody uses now, and waiting until somebody does. */
import { connect, createServer, type Server } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";

/** All are taken at once, so that they differ. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listening));
  const ports = servers.map(portOf);
  await Promise.all(servers.map((server) => promisify(server.close.bind(server))()));
  return ports;
}

/** Resolves when something accepts connections on the port; rejects after 10 seconds. */
export async function portOpen(port: number, address = "127.0.0.1"): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (await portIsOpen(port, address)) return;
    await delay(100);
  }
  throw new Error(`nothing listens on ${address}:${port} after 10 s`);
}

/** Whether something accepts connections there now, within 2 s. */
export function portIsOpen(port: number, address: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(port, address);
  socket.once("connect", () => resolve(true));
  socket.once("error", () => resolve(false));
  socket.setTimeout(2_000, () => resolve(false));
  return promise.finally(() => socket.destroy());
}

function listening(): Promise<Server> {
  const { promise, resolve, reject } = Promise.withResolvers<Server>();
  const server = createServer();
  server.once("error", reject);
  server.listen(0, "127.0.0.1", () => resolve(server));
  return promise;
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
