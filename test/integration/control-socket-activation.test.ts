/** Sockets handed over by systemd: real descriptors, passed by a small parent as systemd does. */
import { expect } from "chai";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const SOURCE = join(import.meta.dirname, "../../src/control/sockets.ts");

/** Binds two sockets, makes them descriptors 3 and 4 and becomes node (sd_listen_fds(3)). */
const PARENT = `
import os, socket, sys
folder, node, script = sys.argv[1:4]
made = []
for name in ("admin", "user"):
    one = socket.socket(socket.AF_UNIX)
    one.bind(folder + "/" + name)
    one.listen(16)
    made.append(one)
for number, one in enumerate(made):
    os.dup2(one.fileno(), 10 + number)
for number in range(len(made)):
    os.dup2(10 + number, 3 + number)
    os.set_inheritable(3 + number, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="2", LISTEN_FDNAMES="admin:user")
os.execv(node, [node, "--input-type=module", "-e", script])
`;

describe("sockets from systemd", function () {
  this.timeout(30_000);

  it("are taken by their names, and nothing is made beside them", async () => {
    const folder = await mkdtemp(join(tmpdir(), "convene-activation-"));
    const script = `
      import { openSockets } from ${JSON.stringify(SOURCE)};
      import { request } from "node:http";
      const sockets = await openSockets({
        paths: { user: "/nonexistent/u", admin: "/nonexistent/a" }, environment: process.env, processId: process.pid,
      });
      sockets.serve((kind) => (_request, response) => response.end(kind));
      for (const name of ["user", "admin"]) {
        await new Promise((done) => request({ socketPath: ${JSON.stringify(folder)} + "/" + name, agent: false }, (response) => {
          response.on("data", (data) => console.log(name, String(data)));
          response.on("end", done);
        }).end());
      }
      await sockets.close();
    `;
    try {
      const { stdout } = await run("python3", ["-c", PARENT, folder, process.execPath, script]);
      expect(stdout).to.equal("user user\nadmin admin\n");
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
