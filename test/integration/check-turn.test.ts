/** The TURN ladder against a real coturn: each fault ends on its own rung with its own reason. */
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import type { CheckContext, CheckResult } from "../../src/checks/check.ts";
import { createCheckContext } from "../../src/checks/check-context.ts";
import { runCheck } from "../../src/checks/registry.ts";
import { Secret } from "../../src/system/secret.ts";
import { type CoturnOptions, type CoturnServer, startCoturn } from "../lab/coturn-server.ts";
import { freePort } from "../lab/loopback-port.ts";
import { makeAuthority, makeCertificate } from "../lab/test-certificates.ts";

const RELEASED = /refreshed, realm=<turn\.test>, username=<\d+:convene-check>, lifetime=0/;
const SECRET = "the secret both sides know";

describe("check turn against coturn", function () {
  this.timeout(30_000);
  let server: CoturnServer | undefined;
  let lines: string[] = [];

  afterEach(async () => {
    await server?.stop();
    server = undefined;
    lines = [];
  });

  async function start(options: Partial<CoturnOptions> = {}): Promise<CoturnServer> {
    server = await startCoturn({ secret: SECRET, ...options });
    return server;
  }

  async function check(
    spec: Record<string, unknown>,
    more: Partial<CheckContext> = {},
    kind = "turn",
  ): Promise<CheckResult> {
    const context = createCheckContext({
      clock: Date,
      signal: new AbortController().signal,
      transcript: (line) => lines.push(line),
      resolve: () => Promise.resolve(["127.0.0.1"]),
      secret: () => Promise.resolve(new Secret(SECRET)),
      ...more,
    });
    const filled = kind === "turn" ? { secret: "turn-secret", ...spec } : spec;
    const desired = { name: "turn", kind, spec: { host: "turn.test", ...filled }, intervalSeconds: 60 };
    return await runCheck(desired, context);
  }

  it("relays data back through its own allocation over UDP and releases it", async () => {
    const { port, relayPorts } = await start();
    const result = await check({ port, realm: "turn.test", relayAddresses: ["127.0.0.1"], relayPorts });
    expect(result).to.include({ ok: true, reason: "ok", severity: "ok" });
    const phases = result.phases.map(({ name }) => name);
    expect(phases).to.deep.equal(["resolve", "challenge", "allocate", "permission", "data", "release"]);
    expect(result.evidence).to.include({ relayedAddress: "127.0.0.1", realm: "turn.test" });
    // coturn writes its log a moment later than it answers.
    for (let tries = 0; tries < 40 && !RELEASED.test(server?.log() ?? ""); tries += 1) await delay(50);
    expect(server?.log()).to.match(RELEASED);
  });

  it("relays over TCP and over TLS", async () => {
    const root = await makeAuthority();
    const leaf = await makeCertificate({ names: ["turn.test"], issuer: root });
    const { port, tlsPort } = await start({ certificatePem: leaf.pem, keyPem: leaf.keyPem });
    const tcp = await check({ port, transport: "tcp" });
    const tls = await check({ port: tlsPort, transport: "tls" }, { extraRoots: [root.pem] });
    expect(tcp).to.include({ reason: "ok" });
    expect(tls).to.include({ reason: "ok" });
    expect(tls.phases.map(({ name }) => name)).to.include("tls");
  });

  it("says unauthorized when the secret differs, and allocates nothing", async () => {
    const { port } = await start({ secret: "another" });
    const result = await check({ port });
    expect(result).to.include({ ok: false, reason: "unauthorized", severity: "critical" });
    expect(result.hint).to.contain("static-auth-secret");
    expect(result.evidence).to.include({ errorCode: 401 });
    expect(result.phases.at(-1)?.name).to.equal("release");
  });

  it("says unauthorized when its clock is a day behind, as an expired credential is refused", async () => {
    const { port } = await start();
    const result = await check({ port }, { clock: { now: () => Date.now() - 86_400_000 } });
    expect(result.reason).to.equal("unauthorized");
  });

  it("says wrong_relayed_address when external-ip is not the public address", async () => {
    const { port } = await start({ extra: ["external-ip=198.51.100.7/127.0.0.1"] });
    const result = await check({ port, relayAddresses: ["203.0.113.10"] });
    expect(result).to.include({ reason: "wrong_relayed_address" });
    expect(result.message).to.contain("198.51.100.7").and.to.contain("203.0.113.10");
  });

  it("says wrong_relayed_port when the relay range is not the open one", async () => {
    const { port } = await start();
    const result = await check({ port, relayPorts: "1000-1100" });
    expect(result.reason).to.equal("wrong_relayed_port");
  });

  it("says forbidden_peer when its own relay is a denied peer", async () => {
    const { port } = await start({ extra: ["denied-peer-ip=127.0.0.0-127.255.255.255"] });
    const result = await check({ port });
    expect(result).to.include({ reason: "forbidden_peer" });
    expect(result.evidence).to.include({ peer: "127.0.0.1", errorCode: 403 });
  });

  it("says private_peer_allowed when a peer that must be refused is not, and ok when it is", async () => {
    const { port } = await start({ extra: ["denied-peer-ip=10.0.0.0-10.255.255.255"] });
    const refused = await check({ port, refusedPeers: ["10.10.1.5"] });
    const allowed = await check({ port, refusedPeers: ["10.10.1.5", "192.168.7.7"] });
    expect(refused.reason).to.equal("ok");
    expect(allowed).to.include({ reason: "private_peer_allowed" });
    expect(allowed.evidence).to.include({ peer: "192.168.7.7" });
  });

  it("says quota_reached when the total quota is used up", async () => {
    const { port } = await start({ extra: ["user-quota=1", "total-quota=1"] });
    const both = await Promise.all([check({ port }), check({ port })]);
    expect(both.map(({ reason }) => reason).toSorted()).to.deep.equal(["ok", "quota_reached"]);
  });

  it("says wrong_realm, no_authentication and secret_missing each by name", async () => {
    const { port } = await start();
    expect((await check({ port, realm: "other.test" })).reason).to.equal("wrong_realm");
    const missing = await check({ port }, { secret: () => Promise.reject(new Error("no such secret")) });
    expect(missing.reason).to.equal("secret_missing");
    await server?.stop();
    const open = await start({ open: true });
    expect((await check({ port: open.port })).reason).to.equal("no_authentication");
  });

  it("says port_closed over UDP and TCP when nothing listens, without trying another transport", async () => {
    const port = await freePort();
    const udp = await check({ port });
    const tcp = await check({ port, transport: "tcp" });
    expect([udp.reason, tcp.reason]).to.deep.equal(["port_closed", "port_closed"]);
    expect(lines.filter((line) => line.startsWith("udp "))).to.have.length(1);
    expect(lines.filter((line) => line.startsWith("connect tcp"))).to.have.length(1);
  });

  it("says tls_expired for an expired certificate on the TLS port while UDP is fine", async () => {
    const root = await makeAuthority();
    const leaf = await makeCertificate({ names: ["turn.test"], issuer: root, fromDays: -90, untilDays: -1 });
    const { port, tlsPort } = await start({ certificatePem: leaf.pem, keyPem: leaf.keyPem });
    const trust = { extraRoots: [root.pem] };
    expect((await check({ port: tlsPort, transport: "tls" }, trust)).reason).to.equal("tls_expired");
    expect((await check({ port }, trust)).reason).to.equal("ok");
  });

  it("keeps the secret and the password out of the transcript, the evidence and the message", async () => {
    const { port } = await start();
    const result = await check({ port });
    expect(lines.length).to.be.greaterThan(5);
    expect(JSON.stringify([lines, result])).to.not.contain(SECRET);
  });

  it("answers a binding with the address it saw", async () => {
    const { port } = await start();
    const result = await check({ port }, {}, "stun");
    expect(result).to.include({ reason: "ok" });
    expect(result.evidence).to.include({ reflexiveAddress: "127.0.0.1" });
  });
});
