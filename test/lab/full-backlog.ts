/** A port whose queue of connections is full: the kernel drops what else wants in, as a firewall without an answer does. */
import { once } from "node:events";
import { connect } from "node:net";
import { Worker } from "node:worker_threads";

export interface FullBacklog {
  readonly port: number;
  stop(): Promise<void>;
}

/** Listens, says where, and never comes back to accept. */
const DEAF = `
const { parentPort } = require("node:worker_threads");
const server = require("node:net").createServer();
server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
  parentPort.postMessage(server.address().port);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
`;
/** Linux queues one more than it is told. */
const QUEUED = 2;

export async function startFullBacklog(): Promise<FullBacklog> {
  const worker = new Worker(DEAF, { eval: true });
  const [port]: unknown[] = await once(worker, "message");
  if (typeof port !== "number") throw new Error("no port");
  const queued = Array.from({ length: QUEUED }, () => connect(port, "127.0.0.1"));
  await Promise.all(queued.map((socket) => once(socket, "connect")));
  for (const socket of queued) socket.on("error", () => undefined);
  return {
    port,
    stop: async () => {
      for (const socket of queued) socket.destroy();
      await worker.terminate();
    },
  };
}
