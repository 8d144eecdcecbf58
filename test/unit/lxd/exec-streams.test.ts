import { once } from "node:events";
import { createServer } from "node:http";
import type { Server } from "node:http";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { WebSocketServer } from "ws";
import { openExecStreams } from "../../../src/lxd/exec-streams.ts";
import { lxdOperationSchema } from "../../../src/lxd/schema.ts";

/** As in LXD, the command begins when input and outputs are connected, and no socket is let in once it has ended. */
function serveQuickCommand(): Server {
  const connected = new Set<string>();
  const sockets = new WebSocketServer({ noServer: true });
  const server = createServer();
  server.on("upgrade", (request, stream, head) => {
    const secret = new URL(request.url ?? "/", "http://lxd").searchParams.get("secret") ?? "";
    const connect = (): void => {
      if (["in", "out", "err"].every((name) => connected.has(name))) {
        stream.end("HTTP/1.1 500 Internal Server Error\r\n\r\n");
        return;
      }
      connected.add(secret);
      sockets.handleUpgrade(request, stream, head, (socket) => {
        if (secret === "out" || secret === "err") socket.send("");
      });
    };
    // The machine is busy: what is asked for at the same time is not there at the same time.
    setTimeout(connect, secret === "control" ? 50 : 0);
  });
  return server;
}

describe("streams of a command", () => {
  let directory: string;
  let server: Server;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "convene-exec-"));
    server = serveQuickCommand();
    server.listen(join(directory, "unix.socket"));
    await once(server, "listening");
  });
  afterEach(async () => {
    server.close();
    await rm(directory, { recursive: true });
  });

  it("are all connected before the shortest command can have ended", async () => {
    const fds = { "0": "in", "1": "out", "2": "err", control: "control" };
    const operation = lxdOperationSchema.parse({
      id: "4f1f6c1c-1111-2222-3333-444444444444",
      class: "websocket",
      status_code: 103,
      metadata: { fds },
      err: "",
    });
    const streams = await openExecStreams(join(directory, "unix.socket"), operation);
    await streams.drained();
    expect(streams.stdout()).to.deep.equal({ text: "", truncated: false });
    streams.close();
  });
});
