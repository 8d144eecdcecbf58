import { once } from "node:events";
import { Resolver } from "node:dns/promises";
import { createServer } from "node:net";
import { expect } from "chai";
import type { Consul } from "../../src/consul/consul.ts";
import { createConsul } from "../../src/consul/create-consul.ts";
import { DIGEST_META, serviceDigest } from "../../src/consul/service-digest.ts";
import { systemClock } from "../../src/system/clock.ts";
import { createLogger } from "../../src/system/logger.ts";
import { pollUntil } from "../../src/system/retry.ts";
import { type ConsulServer, startConsulServer } from "../lab/consul-server.ts";

describe("rights and services in a real Consul", function () {
  this.timeout(180_000);
  let server: ConsulServer;
  let consul: Consul;
  const listener = createServer((socket) => socket.destroy());

  before(async () => {
    server = await startConsulServer();
    const logger = createLogger({ level: "error", format: "text", stream: process.stderr });
    consul = createConsul({ ...server, site: "meet", clock: systemClock, logger });
    await consul.ready(30_000);
    await consul.transact(
      ["service/haproxy/deny/x", "service/other/y", "convene/meet/secret/turn"].map((key) => ({
        verb: "set",
        key,
        value: "v",
      })),
    );
  });

  after(async () => {
    listener.close();
    await server.stop();
  });

  const anonymous = (path: string, init?: RequestInit) =>
    fetch(`http://127.0.0.1:${server.port}/v1${path}`, init);

  function asManager(path: string, init: RequestInit = {}) {
    return anonymous(path, { ...init, headers: { "x-consul-token": server.token.reveal() } });
  }

  it("denies everything to those without a token from the first moment", async () => {
    expect((await anonymous("/kv/service/haproxy/deny/x")).status).to.equal(403);
    expect(await consul.aclReady()).to.equal(false);
  });

  it("opens exactly the public contract to them", async () => {
    await consul.setUpAcl();
    expect(await consul.aclReady()).to.equal(true);
    expect((await anonymous("/kv/service/haproxy/deny/x")).status).to.equal(200);
    for (const key of ["service/other/y", "convene/meet/secret/turn", "convene/meet/inventory"]) {
      expect((await anonymous(`/kv/${key}`)).status).to.equal(403);
    }
    expect(await (await anonymous("/kv/?keys")).json()).to.deep.equal(["service/haproxy/deny/x"]);
    const write = await anonymous("/kv/service/haproxy/deny/x", { method: "PUT", body: "mine" });
    expect(write.status).to.equal(403);
  });

  it("writes nothing when the rights are as they should be", async () => {
    const before = await (await asManager("/acl/policies")).text();
    await consul.setUpAcl();
    expect(await (await asManager("/acl/policies")).text()).to.equal(before);
  });

  it("notices a widened policy and puts it back", async () => {
    const policies: unknown = await (await asManager("/acl/policies")).json();
    const id = /"ID":"([^"]+)","Name":"convene-anonymous"/.exec(JSON.stringify(policies))?.[1] ?? "";
    const body = JSON.stringify({
      ID: id,
      Name: "convene-anonymous",
      Rules: 'key_prefix "" { policy = "write" }',
    });
    expect((await asManager(`/acl/policy/${id}`, { method: "PUT", body })).status).to.equal(200);
    expect(await consul.aclReady()).to.equal(false);
    await consul.setUpAcl();
    expect(await consul.aclReady()).to.equal(true);
    expect((await anonymous("/kv/convene/meet/secret/turn")).status).to.equal(403);
  });

  it("registers a service that Consul checks by itself and others find by DNS", async () => {
    await once(listener.listen(0, "127.0.0.1"), "listening");
    const address = listener.address();
    const port = typeof address === "object" && address ? address.port : 0;
    const service = {
      id: "convene-web",
      name: "web",
      address: "127.0.0.1",
      port,
      tags: [],
      check: { kind: "tcp", address: `127.0.0.1:${port}`, intervalSeconds: 1 },
    } as const;
    await consul.register({ ...service, meta: {} });
    const [found] = await consul.services();
    expect(found?.meta[DIGEST_META]).to.equal(serviceDigest(service));
    const resolver = new Resolver();
    resolver.setServers([`127.0.0.1:${server.dnsPort}`]);
    const answer = await pollUntil(
      () => resolver.resolveSrv("_web._tcp.service.consul").catch(() => undefined),
      { clock: systemClock, intervalMs: 200, timeoutMs: 10_000 },
    );
    expect(answer?.[0]?.port).to.equal(port);
  });

  it("drops the check of a service that is to have none any more", async () => {
    await consul.register({
      id: "convene-web",
      name: "web",
      address: "127.0.0.1",
      port: 9,
      tags: [],
      meta: {},
    });
    expect(await (await asManager("/agent/checks")).json()).to.deep.equal({});
  });

  it("deregisters a service, and one that is not there", async () => {
    await consul.deregister("convene-web");
    await consul.deregister("convene-web");
    expect(await consul.services()).to.deep.equal([]);
  });
});
