/** Changes of a running HAProxy that nobody on it may notice: an address, a structure, both many times. */
import { expect } from "chai";
import { once } from "node:events";
import { Agent } from "node:https";
import { connect } from "node:tls";
import { type BackendServer, backendServer } from "../lab/backend-server.ts";
import { labHaproxy, type LabHaproxy } from "../lab/haproxy.ts";
import { ask, visitDuring } from "../lab/proxy-client.ts";
import { type KeysOfTwo, renderHaproxy } from "../lab/proxy-template.ts";

const HOST = "meet.example.org";
const OWN = {
  "service/haproxy/acl/jitsi/host": HOST,
  "service/haproxy/use-backend/jitsi": "jitsi",
  "service/haproxy/backends/no-ssl/jitsi": "",
};

function keysFor(server: BackendServer, foreign?: ReadonlyMap<string, string>): KeysOfTwo {
  return { own: OWN, ownBackends: new Map([["jitsi", server]]), ...(foreign ? { foreign } : {}) };
}

describe("a running HAProxy", () => {
  let haproxy: LabHaproxy;
  let first: BackendServer;
  let second: BackendServer;

  async function configure(keys: KeysOfTwo): Promise<void> {
    await haproxy.write("etc/haproxy/haproxy.cfg", await renderHaproxy(keys));
  }

  async function worker(): Promise<string> {
    return /^Pid: (\d+)/m.exec(await haproxy.runtime("show info"))?.[1] ?? "";
  }

  beforeEach(async () => {
    [haproxy, first, second] = await Promise.all([
      labHaproxy(),
      backendServer("first"),
      backendServer("second"),
    ]);
    await haproxy.write("etc/convene/domains", `${HOST} it@example.org\n`);
    expect(await haproxy.script("cert-sync")).to.include({ code: 0 });
    await configure(keysFor(first));
    await haproxy.start();
  });

  afterEach(async () => {
    await haproxy[Symbol.asyncDispose]();
    await Promise.all([first[Symbol.asyncDispose](), second[Symbol.asyncDispose]()]);
  });

  it("takes over another address of a backend without a reload and without a failed request", async () => {
    const before = await worker();
    const visit = await visitDuring(haproxy.ports.https, HOST, async () => {
      await configure(keysFor(second));
      const result = await haproxy.script("haproxy-live");
      expect(result).to.include({ code: 0, stderr: "" });
      expect(result.stdout).to.contain(`svc-jitsi: now at 127.0.0.1:${second.port}`);
    });
    expect(visit.failures).to.deep.equal([]);
    expect(visit.names).to.deep.equal(["first", "second"]);
    expect(visit.requests).to.be.greaterThan(20);
    expect(await worker()).to.equal(before);
    expect((await haproxy.script("haproxy-live")).stdout).to.equal("");
  });

  it("leads a visitor to the new address whose request was under way to the old one", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const name = async (path: string) =>
      JSON.parse((await ask(haproxy.ports.https, HOST, path, agent)).body).name;
    const arrived = first.asked();
    const underWay = name("/?wait=1000");
    await arrived;
    await configure(keysFor(second));
    expect((await haproxy.script("haproxy-live")).stdout).to.contain("svc-jitsi: now at");
    expect(await underWay).to.equal("first");
    expect(await name("/")).to.equal("second");
    agent.destroy();
  });

  it("reloads for a new route with keep-alive requests and a WebSocket going on", async () => {
    const before = await worker();
    const foreign = new Map([
      ["service/haproxy/acl/old/host", "old.example.org"],
      ["service/haproxy/redirect/old", "https://new.example.org"],
    ]);
    const visit = await visitDuring(haproxy.ports.https, HOST, async () => {
      for (const keys of [keysFor(first, foreign), keysFor(first), keysFor(first, foreign)]) {
        await configure(keys);
        expect(await haproxy.reload()).to.include({ code: 0, stderr: "" });
      }
    });
    expect(visit.failures).to.deep.equal([]);
    expect(visit.requests).to.be.greaterThan(20);
    expect(await worker()).not.to.equal(before);
  });

  it("answers once more on a connection that was idle during a reload", async () => {
    const socket = connect({
      host: "127.0.0.1",
      port: haproxy.ports.https,
      servername: HOST,
      rejectUnauthorized: false,
    });
    await once(socket, "secureConnect");
    const request = `GET / HTTP/1.1\r\nhost: ${HOST}\r\n\r\n`;
    for (const change of [() => Promise.resolve(), () => haproxy.reload()]) {
      await change();
      socket.write(request);
      const [answer] = await once(socket, "data", { signal: AbortSignal.timeout(3000) });
      expect(String(answer)).to.match(/^HTTP\/1.1 200/);
    }
    socket.destroy();
  });

  it("says so when a reload cannot work, and serves on with what it had", async () => {
    await haproxy.write("etc/haproxy/haproxy.cfg", "global\n  no such thing\n");
    const result = await haproxy.reload();
    expect(result.code).to.equal(1);
    expect(result.stderr).to.contain("refused the configuration");
    expect((await ask(haproxy.ports.https, HOST)).status).to.equal(200);
    await configure(keysFor(second));
    expect(await haproxy.reload()).to.include({ code: 0, stderr: "" });
    expect(JSON.parse((await ask(haproxy.ports.https, HOST)).body).name).to.equal("second");
  });

  it("tells backends who asks and by which scheme, whatever the visitor claims", async () => {
    const answer = await ask(haproxy.ports.https, HOST);
    const { headers } = JSON.parse(answer.body);
    expect(headers).to.include({ "x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "https", host: HOST });
    expect(answer.headers["strict-transport-security"]).to.equal("max-age=31536000");
  });
});
