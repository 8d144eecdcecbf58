/** The control sockets: who may ask what, what is refused, and what survives a bad caller. */
import { expect } from "chai";
import { request } from "node:http";
import { chmod, stat, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createAgentClient } from "../../src/control/client.ts";
import { openSockets } from "../../src/control/sockets.ts";
import { ConveneError } from "../../src/system/errors.ts";
import { createControlLab } from "../lab/control-lab.ts";
import { failureOf } from "../lab/failure.ts";

interface Raw {
  readonly status: number;
  readonly body: string;
}

async function raw(socketPath: string, method: string, path: string, body = ""): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, method, path, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text }));
      response.on("error", reject);
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

describe("the control sockets", function () {
  this.timeout(30_000);

  it("are for the group, and for root alone", async () => {
    await using lab = await createControlLab();
    expect((await stat(lab.paths.user)).mode & 0o777).to.equal(0o660);
    expect((await stat(lab.paths.admin)).mode & 0o777).to.equal(0o600);
  });

  it("answer every verb through the client", async () => {
    await using lab = await createControlLab({
      verdict: { outcome: "ready", reason: "R", message: "m", actions: 0, milliseconds: 1 },
    });
    expect((await lab.user.status()).site).to.equal("meet");
    expect((await lab.user.plan(undefined)).revision).to.equal("pushed");
    const content = Buffer.from([0, 255, 10, 13]);
    await lab.user.plan([{ path: "a.yaml", content }]);
    expect(lab.agent.planned.at(-1)).to.deep.equal([{ path: "a.yaml", content }]);
    expect((await lab.user.wait(undefined, 100))?.outcome).to.equal("ready");
    expect(await lab.user.history(5)).to.deep.equal([]);
    expect(await lab.user.logs("turn", 7)).to.equal("turn 7\n");
    const said: string[] = [];
    expect(await lab.user.check("tls", (line) => said.push(line))).to.deep.equal([]);
    expect(said).to.deep.equal(["> tls"]);
    expect((await lab.admin.confirm("yes")).accepted).to.equal(true);
    await lab.admin.suspend("moving house");
    await lab.admin.resume();
    await lab.user.reconcile({ now: true, reason: "push" });
    expect(lab.agent.calls).to.deep.equal(["suspend moving house", "resume", "reconcile now=true push"]);
  });

  it("keep root's verbs off the group's socket", async () => {
    await using lab = await createControlLab();
    for (const attempt of [lab.user.suspend("x"), lab.user.resume(), lab.user.confirm("yes")]) {
      const error = await failureOf(attempt);
      expect(error.code).to.equal("RootOnly");
      expect(error.hint).to.include("sudo");
    }
    expect(lab.agent.calls).to.deep.equal([]);
  });

  it("refuse what is not JSON, not in the schema, not a route, or too large, and go on", async () => {
    await using lab = await createControlLab();
    const { user } = lab.paths;
    expect((await raw(user, "POST", "/v1/reconcile", "{")).status).to.equal(400);
    expect((await raw(user, "POST", "/v1/reconcile", '{"now":"yes"}')).status).to.equal(400);
    expect((await raw(user, "POST", "/v1/reconcile", '{"extra":1}')).status).to.equal(400);
    expect((await raw(user, "GET", "/v1/logs?container=../../etc")).status).to.equal(400);
    expect((await raw(user, "GET", "/v1/wait?timeoutMs=-1")).status).to.equal(400);
    expect((await raw(user, "DELETE", "/v1/status")).status).to.equal(404);
    expect((await raw(user, "GET", "//")).status).to.equal(404);
    const large = JSON.stringify({ reason: "x".repeat(100_000) });
    expect((await raw(user, "POST", "/v1/reconcile", large)).status).to.equal(413);
    const report: unknown = JSON.parse((await raw(user, "GET", "/v1/nothing")).body);
    expect(report).to.have.nested.property("error.code", "UnknownRoute");
    expect((await lab.user.status()).site).to.equal("meet");
    expect(lab.agent.calls).to.deep.equal([]);
  });

  it("carry the agent's error whole: code, words, hint and place", async () => {
    const planError = new ConveneError({
      code: "InvalidManifest",
      message: "unknown field",
      hint: "remove it",
      location: { file: "site.yaml", line: 3, column: 1 },
    });
    await using lab = await createControlLab({ planError });
    const error = await failureOf(lab.user.plan([]));
    expect(error.code).to.equal("InvalidManifest");
    expect(error.hint).to.equal("remove it");
    expect(error.location).to.deep.equal({ file: "site.yaml", line: 3, column: 1 });
  });

  it("miss no event between the subscription and the next wake-up", async () => {
    await using lab = await createControlLab({
      onReconcile: (agent) => agent.emit({ at: 1, pass: 1, type: "pass-started", wakeups: ["push"] }),
    });
    const done = new AbortController();
    const events = await lab.user.events(done.signal);
    await lab.user.reconcile({ now: false, reason: "push" });
    for await (const event of events) {
      expect(event.type).to.equal("pass-started");
      break;
    }
    done.abort();
  });

  it("forget a follower that leaves", async () => {
    await using lab = await createControlLab();
    const done = new AbortController();
    await lab.user.events(done.signal);
    expect(lab.agent.subscribers()).to.equal(1);
    done.abort();
    for (let attempt = 0; attempt < 100 && lab.agent.subscribers() > 0; attempt += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(lab.agent.subscribers()).to.equal(0);
  });

  it("end streams and waits when the agent stops", async () => {
    await using lab = await createControlLab();
    const events = await lab.user.events(new AbortController().signal);
    const waiting = lab.user.wait(undefined, 60_000).catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await lab.stop();
    await waiting;
    const next = await events[Symbol.asyncIterator]()
      .next()
      .catch(() => ({ done: true }));
    expect(next.done).to.equal(true);
  });

  it("are taken over from an agent that died, never from one that lives", async () => {
    await using lab = await createControlLab();
    const again = { paths: lab.paths, environment: {}, processId: process.pid };
    const second = openSockets(again).then(async (opened) => opened.close());
    expect((await failureOf(second)).code).to.equal("AgentAlreadyRunning");
    expect((await lab.user.status()).site).to.equal("meet");
    const stale = join(lab.folder, "stale.sock");
    const child = spawn(process.execPath, [
      "-e",
      `require("net").createServer().listen(${JSON.stringify(stale)}, () => process.kill(process.pid, "SIGKILL"))`,
    ]);
    await once(child, "exit");
    expect((await stat(stale)).isSocket()).to.equal(true);
    const paths = { user: stale, admin: join(lab.folder, "admin.sock") };
    const sockets = await openSockets({ ...again, paths });
    await sockets.close();
  });

  it("do not remove a file that is no socket", async () => {
    await using lab = await createControlLab();
    const file = join(lab.folder, "file");
    await writeFile(file, "keep");
    const paths = { user: file, admin: join(lab.folder, "admin.sock") };
    const error = await failureOf(openSockets({ paths, environment: {}, processId: process.pid }));
    expect(error.code).to.equal("SocketPathTaken");
  });

  it("hold requests that come before the agent is ready", async () => {
    await using lab = await createControlLab();
    const paths = { user: join(lab.folder, "u"), admin: join(lab.folder, "a") };
    const sockets = await openSockets({ paths, environment: {}, processId: process.pid });
    const early = raw(paths.user, "GET", "/");
    await new Promise((resolve) => setTimeout(resolve, 50));
    sockets.serve((kind) => (_request, response) => {
      response.end(kind);
    });
    expect((await early).body).to.equal("user");
    await sockets.close();
  });

  it("live through callers that send garbage, half a request, or leave", async () => {
    await using lab = await createControlLab();
    for (const bytes of [
      "\u0000\u0001\u0002\r\n\r\n",
      "POST /v1/plan HTTP/1.1\r\ncontent-length: 99\r\n\r\n{",
      "",
    ]) {
      const socket = connect(lab.paths.user);
      socket.on("error", () => undefined);
      socket.write(bytes);
      await new Promise((resolve) => setTimeout(resolve, 20));
      socket.destroy();
    }
    expect((await lab.user.status()).site).to.equal("meet");
  });

  it("say that the agent is down, and how to start it", async () => {
    const error = await failureOf(createAgentClient("/nonexistent/convene.sock").status());
    expect(error.code).to.equal("AgentUnreachable");
    expect(error.hint).to.include("systemctl start convene");
    expect(error.retryable).to.equal(true);
  });

  it("say what to do when somebody may not use them", async function () {
    await using lab = await createControlLab();
    await chmod(lab.folder, 0o755);
    await chmod(join(lab.folder, "run"), 0o755);
    const script = `
      import { createAgentClient } from ${JSON.stringify(join(import.meta.dirname, "../../src/control/client.ts"))};
      process.setuid(65534);
      createAgentClient(${JSON.stringify(lab.paths.admin)}).resume().catch((error) => console.log(error.code, error.hint));
    `;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script]);
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    await once(child, "close");
    expect(output).to.include("SocketAccessDenied").and.to.include("sudo");
  });
});
