/** The TURN ladder up a real coturn where all is well: each transport, what is measured, and what is given back. */
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import type { CheckContext, CheckResult } from "../../src/checks/check.ts";
import { createCheckContext } from "../../src/checks/check-context.ts";
import { runCheck } from "../../src/checks/registry.ts";
import { systemClock } from "../../src/system/clock.ts";
import { Secret } from "../../src/system/secret.ts";
import { type CoturnServer, startCoturn } from "../lab/coturn-server.ts";
import { makeAuthority, makeCertificate } from "../lab/test-certificates.ts";

const SECRET = "the secret both sides know";
const RELEASED = /refreshed, realm=<turn\.test>, username=<\d+:convene-check>, lifetime=0/g;
/** As the catalogue's template denies them, save 127.0.0.1-3, on which this test lives. */
const DENIED = [
  "10.0.0.0-10.255.255.255",
  "100.64.0.0-100.127.255.255",
  "127.0.0.4-127.255.255.255",
  "169.254.0.0-169.254.255.255",
  "172.16.0.0-172.31.255.255",
  "192.168.0.0-192.168.255.255",
  "198.18.0.0-198.19.255.255",
  "224.0.0.0-255.255.255.255",
  "::1-::ffff:ffff:ffff",
  "64:ff9b::-64:ff9b::ffff:ffff",
  "fc00::-fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
  "fe80::-febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
  "ff00::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
];

describe("check turn against coturn", function () {
  this.timeout(30_000);
  let server: CoturnServer;
  let context: CheckContext;
  let lines: string[] = [];

  before(async () => {
    const root = await makeAuthority();
    const leaf = await makeCertificate({ names: ["turn.test"], issuer: root });
    context = createCheckContext({
      clock: systemClock,
      signal: new AbortController().signal,
      extraRoots: [root.pem],
      resolve: () => Promise.resolve(["127.0.0.1"]),
      secret: () => Promise.resolve(new Secret(SECRET)),
      transcript: (line) => lines.push(line),
    });
    server = await startCoturn({
      secret: SECRET,
      relayIp: "127.0.0.3",
      certificatePem: leaf.pem,
      keyPem: leaf.keyPem,
      extra: [
        "no-tcp-relay",
        "listening-ip=::1",
        "relay-ip=::1",
        ...DENIED.map((range) => `denied-peer-ip=${range}`),
        "allowed-peer-ip=10.10.1.21",
        "allowed-peer-ip=fd00:10::21",
      ],
    });
  });

  after(async () => {
    await server?.stop();
  });

  beforeEach(() => {
    lines = [];
  });

  async function check(spec: Record<string, unknown>, kind = "turn"): Promise<CheckResult> {
    const filled = { host: "turn.test", port: server.port, ...spec };
    const desired = { name: kind, kind, spec: filled, intervalSeconds: 60 };
    return await runCheck(desired, context);
  }

  it("relays data back through its own allocation over UDP and releases it", async () => {
    const released = releases();
    const { relayPorts } = server;
    const spec = { secret: "turn-secret", realm: "turn.test", relayAddresses: ["127.0.0.3"], relayPorts };
    const result = await check(spec);
    expect(result).to.include({ ok: true, reason: "ok", severity: "ok" });
    const phases = result.phases.map(({ name }) => name);
    expect(phases).to.deep.equal(["resolve", "challenge", "allocate", "permission", "data", "release"]);
    expect(result.evidence).to.include({ relayedAddress: "127.0.0.3", realm: "turn.test" });
    // coturn writes its log a moment later than it answers.
    for (let tries = 0; tries < 40 && releases() === released; tries += 1) await delay(50);
    expect(releases()).to.equal(released + 1);
  });

  for (const transport of ["udp", "tcp", "tls"] as const) {
    it(`climbs every rung over ${transport}, and over nothing else`, async () => {
      const port = transport === "tls" ? server.tlsPort : server.port;
      const result = await check({
        transport,
        port,
        secret: "turn-secret",
        outside: true,
        allowedPeers: ["10.10.1.21", "fd00:10::21"],
        refusedPeers: ["10.10.1.5", "fc00::1", "::ffff:10.0.0.1", "fe80::1"],
        refuseExpired: true,
        refuseTcpRelay: true,
      });
      expect(result, result.message).to.include({ reason: "ok" });
      expect(result.evidence).to.include({
        outside: transport === "udp" ? "answered" : "not_tested",
        ipv6Relay: true,
      });
      const phases = result.phases.map(({ name }) => name);
      expect(phases).to.include.members(["peers", "peers ipv6", "data", "release", "expired"]);
      expect(phases.includes("tls")).to.equal(transport === "tls");
      expect(phases.includes("tcp relay")).to.equal(transport !== "udp");
      const connections = lines.filter((line) => line.endsWith(` 127.0.0.1:${port}`));
      expect(connections.length).to.be.greaterThan(2);
      const way = transport === "udp" ? "udp" : "connect tcp";
      expect(connections.filter((line) => !line.startsWith(way))).to.deep.equal([]);
    });
  }

  it("refuses every private address but the bridge, which is asked for in one go", async () => {
    const result = await check({
      secret: "turn-secret",
      allowedPeers: ["10.10.1.21", "127.0.0.1"],
      refusedPeers: ["private", "10.10.1.5"],
    });
    expect(result, result.message).to.include({ reason: "ok" });
    const asked = lines.findIndex((line) => line === "→ permission for 192.168.0.1");
    const firstAnswer = lines.findIndex((line) => line.startsWith("← 403 "));
    expect(asked).to.be.within(0, firstAnswer - 1);
  });

  it("keeps the secret and the password out of the transcript, the evidence and the message", async () => {
    const result = await check({ secret: "turn-secret" });
    expect(lines.length).to.be.greaterThan(5);
    expect(JSON.stringify([lines, result])).to.not.contain(SECRET);
  });

  it("answers a binding with the address it saw", async () => {
    const result = await check({}, "stun");
    expect(result, result.message).to.include({ reason: "ok" });
    expect(result.evidence).to.include({ reflexiveAddress: "127.0.0.1" });
  });

  function releases(): number {
    return server.log().match(RELEASED)?.length ?? 0;
  }
});
