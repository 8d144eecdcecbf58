/** Each fault of a real coturn gives exactly its one reason. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { expect } from "chai";
import type { CheckContext, CheckResult } from "../../src/checks/check.ts";
import { createCheckContext } from "../../src/checks/check-context.ts";
import { CheckFailure, CheckRun } from "../../src/checks/check-run.ts";
import { runCheck } from "../../src/checks/registry.ts";
import { mintTurnCredential, type TurnCredential } from "../../src/checks/stun/credentials.ts";
import { climbTurnLadder, type TurnExpectation } from "../../src/checks/turn/turn-ladder.ts";
import { systemClock } from "../../src/system/clock.ts";
import { Secret } from "../../src/system/secret.ts";
import { type CoturnOptions, type CoturnServer, startCoturn } from "../lab/coturn-server.ts";
import { freePort } from "../lab/loopback-port.ts";
import { makeAuthority, makeCertificate } from "../lab/test-certificates.ts";

const SECRET = "the secret both sides know";
const HOUR = 3_600;
const PLAIN: TurnExpectation = {
  echo: true,
  outside: false,
  allowedPeers: [],
  refusedPeers: [],
  refuseExpired: true,
  refuseTcpRelay: true,
};

describe("check turn against a coturn with a fault", function () {
  this.timeout(30_000);
  let server: CoturnServer | undefined;
  let base: CheckContext;
  let lines: string[] = [];

  before(() => {
    base = createCheckContext({
      clock: systemClock,
      signal: new AbortController().signal,
      resolve: () => Promise.resolve(["127.0.0.1"]),
      secret: () => Promise.resolve(new Secret(SECRET)),
      transcript: (line) => lines.push(line),
    });
  });

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
  ): Promise<CheckResult> {
    const filled = { host: "turn.test", secret: "turn-secret", ...spec };
    const desired = { name: "turn", kind: "turn", spec: filled, intervalSeconds: 60 };
    return await runCheck(desired, { ...base, ...more });
  }

  /** What the ladder says of a credential that was handed out. */
  async function climbWith(port: number, credential: TurnCredential): Promise<string> {
    const run = new CheckRun(base, base.signal);
    const target = {
      host: "turn.test",
      address: "127.0.0.1",
      port,
      transport: "udp",
      allowSelfSigned: false,
    } as const;
    try {
      return (await climbTurnLadder(target, { kind: "given", credential }, PLAIN, run)).reason;
    } catch (error) {
      if (error instanceof CheckFailure) return error.reason;
      throw error;
    }
  }

  it("says wrong_secret when the secret differs, and allocates nothing", async () => {
    const { port } = await start({ secret: "another" });
    const result = await check({ port });
    expect(result).to.include({ ok: false, reason: "wrong_secret", severity: "critical" });
    expect(result.hint).to.contain("static-auth-secret");
    expect(result.evidence).to.include({ errorCode: 401 });
    expect(result.phases.map(({ name }) => name)).to.include.members(["allocate", "explain"]);
  });

  it("says clock_ahead, and between which bounds, when coturn's clock takes fresh credentials for expired", async () => {
    const ahead: readonly (readonly [number, number, number])[] = [
      [600, 300, HOUR],
      [2 * HOUR, HOUR, 24 * HOUR],
      [72 * HOUR, 24 * HOUR, 720 * HOUR],
    ];
    for (const [clockOffsetSeconds, least, most] of ahead) {
      const { port } = await start({ clockOffsetSeconds });
      const result = await check({ port });
      expect(result, result.message).to.include({ reason: "clock_ahead", severity: "critical" });
      expect(result.evidence).to.include({ clockAheadAtLeastSeconds: least, clockAheadAtMostSeconds: most });
      await server?.stop();
    }
  });

  it("says clock_behind when coturn takes a credential that expired an hour ago", async () => {
    const { port } = await start({ clockOffsetSeconds: -2 * HOUR });
    const result = await check({ port, refuseExpired: true });
    expect(result).to.include({ ok: false, reason: "clock_behind", severity: "warning" });
    expect(await check({ port })).to.include({ reason: "ok" });
  });

  it("says wrong_relayed_address when external-ip is not the public address", async () => {
    const { port } = await start({ extra: ["external-ip=198.51.100.7/127.0.0.1"] });
    const result = await check({ port, relayAddresses: ["203.0.113.10"] });
    expect(result).to.include({ reason: "wrong_relayed_address" });
    expect(result.message).to.contain("198.51.100.7").and.to.contain("203.0.113.10");
  });

  it("says wrong_relayed_port when the relay range is not the open one", async () => {
    const { port } = await start();
    expect((await check({ port, relayPorts: "1000-1100" })).reason).to.equal("wrong_relayed_port");
  });

  it("tells a closed relay range, behind which coturn's own echo works, from a relay that carries nothing", async () => {
    // 127.0.0.2 stands for the public address: nothing forwards its ports to 127.0.0.3.
    const { port, relayPorts } = await start({
      relayIp: "127.0.0.3",
      relayPortCount: 8,
      extra: ["external-ip=127.0.0.2/127.0.0.3"],
    });
    expect((await check({ port })).reason).to.equal("ok");
    const known = { port, outside: true, relayAddresses: ["127.0.0.2"] };
    // Without the private half coturn does not know its own address again.
    const other = await startCoturn({ secret: SECRET, relayPortCount: 8, extra: ["external-ip=127.0.0.2"] });
    const firewalls = [await swallow(relayPorts), await swallow(other.relayPorts)];
    const [closed, stray, lost] = await Promise.all([
      check(known),
      check({ port, outside: true }),
      check({ port: other.port, outside: true }),
    ]);
    for (const firewall of firewalls) firewall.stop();
    await other.stop();
    expect(closed, closed.message).to.include({ reason: "relay_range_closed" });
    expect(closed.evidence).to.include({ outside: "lost", relayedAddress: "127.0.0.2" });
    expect(stray, stray.message).to.include({ reason: "wrong_relayed_address" });
    expect(lost, lost.message).to.include({ reason: "data_lost" });
  });

  it("says forbidden_peer when its own relay is a denied peer", async () => {
    const { port } = await start({ extra: ["denied-peer-ip=127.0.0.0-127.255.255.255"] });
    const result = await check({ port });
    expect(result).to.include({ reason: "forbidden_peer" });
    expect(result.evidence).to.include({ peer: "127.0.0.1", errorCode: 403 });
  });

  it("says bridge_denied when a bridge is among the denied peers, and ok when it is excepted", async () => {
    const denied = "denied-peer-ip=10.0.0.0-10.255.255.255";
    const { port } = await start({ extra: [denied] });
    const spec = { allowedPeers: ["10.10.1.21"], refusedPeers: ["10.10.1.5"] };
    const result = await check({ port, ...spec });
    expect(result).to.include({ reason: "bridge_denied" });
    expect(result.evidence).to.include({ peer: "10.10.1.21", errorCode: 403 });
    await server?.stop();
    const excepted = await start({ extra: [denied, "allowed-peer-ip=10.10.1.21"] });
    expect(await check({ port: excepted.port, ...spec })).to.include({ reason: "ok" });
  });

  it("says private_peer_allowed and names every private address that can be reached", async () => {
    const { port } = await start({
      extra: ["10.0.0.0-10.255.255.255", "172.16.0.0-172.20.255.255"].map(
        (range) => `denied-peer-ip=${range}`,
      ),
    });
    const result = await check({ port, refusedPeers: ["private"] });
    expect(result).to.include({ ok: false, reason: "private_peer_allowed", severity: "critical" });
    const open = String(result.evidence["peer"]).split(", ");
    expect(open).to.include.members(["192.168.0.1", "169.254.169.254", "172.31.255.254", "224.0.0.1"]);
    expect(open).to.not.include.members(["10.0.0.1"]).and.not.include.members(["172.16.0.1"]);
    expect((await check({ port, refusedPeers: ["10.10.1.5"] })).reason).to.equal("ok");
  });

  it("tells first that a relay carries nothing, and beside it that it is open", async () => {
    const { port } = await start({ extra: ["denied-peer-ip=127.0.0.0-127.255.255.255"] });
    const refusedPeers = ["10.10.1.5"];
    const both = await check({ port, refusedPeers });
    expect(both, both.message).to.include({ reason: "forbidden_peer", severity: "critical" });
    expect(both.message).to.contain("127.0.0.1").and.to.contain("the relay lets clients reach 10.10.1.5");
    expect(both.evidence).to.include({ peer: "127.0.0.1", openPeers: "10.10.1.5" });
  });

  it("knows of a relay into its own network also where the second allocation, for IPv6, is refused", async () => {
    const { port } = await start({ extra: ["listening-ip=::1", "relay-ip=::1", "user-quota=1"] });
    const result = await check({ port, echo: false, refusedPeers: ["10.10.1.5", "fd00::1"] });
    expect(result, result.message).to.include({ reason: "quota_reached" });
    expect(result.evidence).to.include({ errorCode: 486, openPeers: "10.10.1.5" });
  });

  it("says private_peer_allowed for a range that leaves out IPv4 written as IPv6", async () => {
    const extra = ["listening-ip=::1", "relay-ip=::1", "denied-peer-ip=10.0.0.0-10.255.255.255"];
    const { port } = await start({ extra: [...extra, "denied-peer-ip=::2-::ffff:ffff:ffff"] });
    const result = await check({ port, refusedPeers: ["10.0.0.1", "::ffff:10.0.0.1"] });
    expect(result).to.include({ reason: "private_peer_allowed" });
    expect(result.evidence).to.include({ peer: "::ffff:10.0.0.1" });
  });

  it("says tcp_relay_allowed when coturn opens TCP connections for people", async () => {
    const { port } = await start();
    const result = await check({ port, transport: "tcp", refuseTcpRelay: true });
    expect(result).to.include({ ok: false, reason: "tcp_relay_allowed", severity: "warning" });
  });

  it("says quota_reached when the quota is used up, and no_capacity when no relay port is free", async () => {
    const limits: readonly (readonly [Partial<CoturnOptions>, string])[] = [
      [{ extra: ["user-quota=1"] }, "quota_reached"],
      [{ extra: ["total-quota=1"] }, "quota_reached"],
      [{ relayPortCount: 1 }, "no_capacity"],
    ];
    for (const [options, reason] of limits) {
      const { port } = await start(options);
      const both = await Promise.all([check({ port }), check({ port })]);
      expect(both.map((result) => result.reason).toSorted()).to.deep.equal([reason, "ok"].toSorted());
      await server?.stop();
    }
  });

  it("says redirected when coturn names another server, and does not go there", async () => {
    const { port } = await start({ extra: ["alternate-server=127.0.0.9:3478"] });
    const result = await check({ port });
    expect(result).to.include({ reason: "redirected" });
    expect(result.evidence).to.include({ errorCode: 300, alternateServer: "127.0.0.9:3478" });
    expect(lines.filter((line) => line.startsWith("udp "))).to.deep.equal([`udp 127.0.0.1:${port}`]);
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

  it("tells an expired credential of Prosody's from one that coturn refuses", async () => {
    const { port } = await start();
    const now = Date.now();
    const good = await climbWith(port, mintTurnCredential(new Secret(SECRET), "guest", now, 60));
    const expired = await climbWith(port, mintTurnCredential(new Secret(SECRET), "guest", now, -60));
    const refused = await climbWith(port, mintTurnCredential(new Secret("another"), "guest", now, 60));
    const long = { username: "x".repeat(600), password: new Secret("x") };
    expect([good, expired, refused, await climbWith(port, long)]).to.deep.equal([
      "ok",
      "expired_credential",
      "credential_refused",
      "credential_refused",
    ]);
    expect(lines.filter((line) => line.startsWith("udp "))).to.have.length(2);
  });

  it("says tls_expired for an expired certificate on the TLS port while UDP is fine", async () => {
    const root = await makeAuthority();
    const leaf = await makeCertificate({ names: ["turn.test"], issuer: root, fromDays: -90, untilDays: -1 });
    const { port, tlsPort } = await start({ certificatePem: leaf.pem, keyPem: leaf.keyPem });
    const { secureContext } = createCheckContext({ ...base, extraRoots: [root.pem] });
    const trust = { secureContext };
    expect((await check({ port: tlsPort, transport: "tls" }, trust)).reason).to.equal("tls_expired");
    expect((await check({ port }, trust)).reason).to.equal("ok");
  });
});

/** Takes every packet to these ports of 127.0.0.2, as a firewall that drops. */
async function swallow({ first, last }: CoturnServer["relayPorts"]): Promise<{ stop(): void }> {
  const ports = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const sockets = ports.map((port) => createSocket("udp4").bind(port, "127.0.0.2"));
  await Promise.all(sockets.map((socket) => once(socket, "listening")));
  return { stop: () => sockets.forEach((socket) => socket.close()) };
}
