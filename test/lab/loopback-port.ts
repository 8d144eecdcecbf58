/** Ports on loopback for servers that tests start. */
import { createServer, type Server } from "node:net";

/** Listens on a free port of 127.0.0.1 and says which. */
export async function listenOnLoopback(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** A port that was free a moment ago, with room above it for relay ports. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenOnLoopback(server);
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port < 65_000 ? port : await freePort();
}
