/** The relay path for media against a real coturn: packets there and back over each transport, and exact refusals. */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { createCheckContext } from "../../src/checks/check-context.ts";
import { CheckFailure, CheckRun } from "../../src/checks/check-run.ts";
import { mintTurnCredential } from "../../src/checks/stun/credentials.ts";
import { type TransportAddress, xorAddressAttribute } from "../../src/checks/stun/stun-address.ts";
import { Attribute, Method } from "../../src/checks/stun/stun-constants.ts";
import { uint32Attribute } from "../../src/checks/stun/stun-message.ts";
import type { TurnTransport } from "../../src/checks/turn/open-turn-channel.ts";
import { openRelayPath, type RelayPath } from "../../src/checks/turn/relay-path.ts";
import { systemClock } from "../../src/system/clock.ts";
import { Secret } from "../../src/system/secret.ts";
import { type CoturnServer, startCoturn } from "../lab/coturn-server.ts";
import {
  isAuthenticated,
  polite,
  refuse,
  RELAYED,
  reply,
  STAND_IN_KEY,
  STAND_IN_NOW,
  STAND_IN_SECRET,
  startStandInUdp,
} from "../lab/misbehaving-turn.ts";
import { makeAuthority, makeCertificate, type TestCertificate } from "../lab/test-certificates.ts";
import { startUdpEcho, type UdpEcho } from "../lab/udp-echo.ts";

const SECRET = "the secret both sides know";
const PACKETS = 200;

describe("a relay path through coturn", function () {
  this.timeout(30_000);
  let root: TestCertificate;
  let server: CoturnServer;
  let echo: UdpEcho;
  let other: UdpEcho | undefined;
  let stack: Socket;
  let path: RelayPath | undefined;

  before(async () => {
    root = await makeAuthority();
    const leaf = await makeCertificate({ names: ["turn.test"], issuer: root });
    const extra = ["denied-peer-ip=10.0.0.0-10.255.255.255"];
    server = await startCoturn({ secret: SECRET, certificatePem: leaf.pem, keyPem: leaf.keyPem, extra });
  });

  after(async () => {
    await server?.stop();
  });

  beforeEach(async () => {
    echo = await startUdpEcho();
    stack = createSocket("udp4");
    stack.bind(0, "127.0.0.1");
    await once(stack, "listening");
  });

  afterEach(async () => {
    await path?.close();
    path = undefined;
    echo.stop();
    other?.stop();
    other = undefined;
    stack.close();
  });

  async function open(transport: TurnTransport, secret = SECRET): Promise<RelayPath> {
    const signal = new AbortController().signal;
    const context = createCheckContext({ clock: systemClock, signal, extraRoots: [root.pem] });
    path = await openRelayPath(
      {
        host: "turn.test",
        address: "127.0.0.1",
        port: transport === "tls" ? server.tlsPort : server.port,
        transport,
        credential: mintTurnCredential(new Secret(secret), "convene-check", Date.now(), 300),
        allowSelfSigned: false,
      },
      new CheckRun(context, signal),
    );
    return path;
  }

  /** Sends packets of growing size one every millisecond, and gives what came back, in order of arrival. */
  async function exchange(local: TransportAddress): Promise<readonly Uint8Array[]> {
    const back: Uint8Array[] = [];
    stack.on("message", (bytes: Uint8Array, from) => {
      if (from.port === local.port) back.push(bytes);
    });
    for (let index = 0; index < PACKETS; index += 1) {
      stack.send(packet(index), local.port, local.address);
      await delay(1);
    }
    for (let tries = 0; tries < 100 && back.length < PACKETS; tries += 1) await delay(20);
    return back;
  }

  function nextPacket(): Promise<{ readonly text: string; readonly port: number }> {
    return new Promise((resolve) => {
      stack.once("message", (bytes, from) => resolve({ text: text(bytes), port: from.port }));
    });
  }

  for (const transport of ["udp", "tcp", "tls"] as const) {
    it(`carries ${PACKETS} packets there and back over ${transport}, unchanged, and releases`, async () => {
      const relay = await open(transport);
      const peer = { address: "127.0.0.1", port: echo.port };
      const local = await relay.forward(peer, "127.0.0.1");
      const back = await exchange(local);
      expect(back.map(hex).toSorted()).to.deep.equal(sequence().map(hex).toSorted());
      expect(relay.counters).to.deep.equal({ sent: PACKETS, received: PACKETS, dropped: 0 });
      expect(relay.relayed.port).to.be.within(server.relayPorts.first, server.relayPorts.last);
      expect(new Set(echo.seen.map(({ port }) => port))).to.deep.equal(new Set([relay.relayed.port]));
      expect(await relay.forward(peer, "127.0.0.1")).to.deep.equal(local);
      const released = releases(server.log());
      await relay.close();
      for (let tries = 0; tries < 40 && releases(server.log()) === released; tries += 1) await delay(50);
      expect(releases(server.log())).to.equal(released + 1);
    });
  }

  it("keeps two peers apart", async () => {
    other = await startUdpEcho();
    const relay = await open("tcp");
    const first = await relay.forward({ address: "127.0.0.1", port: echo.port }, "127.0.0.1");
    const second = await relay.forward({ address: "127.0.0.1", port: other.port }, "127.0.0.1");
    stack.send("to the first", first.port, first.address);
    const fromFirst = await nextPacket();
    stack.send("to the second", second.port, second.address);
    const fromSecond = await nextPacket();
    expect([fromFirst.port, fromSecond.port]).to.deep.equal([first.port, second.port]);
    expect(echo.seen.map(({ bytes }) => text(bytes))).to.deep.equal(["to the first"]);
    expect(other.seen.map(({ bytes }) => text(bytes))).to.deep.equal(["to the second"]);
  });

  it("says forbidden_peer for a denied peer, and goes on carrying to others", async () => {
    const relay = await open("udp");
    const refusal = await failureOf(relay.forward({ address: "10.10.1.21", port: 10_000 }, "127.0.0.1"));
    expect(refusal.reason).to.equal("forbidden_peer");
    expect(refusal.evidence).to.deep.equal({ peer: "10.10.1.21:10000", errorCode: 403 });
    const local = await relay.forward({ address: "127.0.0.1", port: echo.port }, "127.0.0.1");
    stack.send("still there", local.port, local.address);
    expect((await nextPacket()).text).to.equal("still there");
  });

  it("keeps allocation and channels alive, and says when the server does not prolong them", async () => {
    let refreshes = 0;
    const shortLived = await startStandInUdp((request, count) => {
      const { transactionId, method } = request;
      if (method === Method.refresh) refreshes += 1;
      if (method === Method.refresh && refreshes > 1) return refuse(request, 437);
      if (method !== Method.allocate || !isAuthenticated(request)) return polite(request, count);
      const relayed = xorAddressAttribute(Attribute.xorRelayedAddress, RELAYED, transactionId);
      return reply(request, 2, [relayed, uint32Attribute(Attribute.lifetime, 1)], STAND_IN_KEY);
    });
    const signal = new AbortController().signal;
    const context = createCheckContext({ clock: systemClock, signal });
    const credential = mintTurnCredential(STAND_IN_SECRET, "convene-check", STAND_IN_NOW, 300);
    const relay = await openRelayPath(
      {
        host: "127.0.0.1",
        address: "127.0.0.1",
        port: shortLived.port,
        transport: "udp",
        credential,
        allowSelfSigned: false,
      },
      new CheckRun(context, signal),
    );
    const counted = (method: number): number => shortLived.seen.filter((one) => one.method === method).length;
    try {
      await relay.forward({ address: "127.0.0.1", port: 9 }, "127.0.0.1");
      for (let tries = 0; tries < 200 && counted(Method.channelBind) < 2; tries += 1) await delay(20);
      expect(counted(Method.channelBind)).to.equal(2);
      expect(relay.failure).to.equal(undefined);
      for (let tries = 0; tries < 200 && relay.failure === undefined; tries += 1) await delay(20);
      expect(relay.failure?.reason).to.equal("refresh_failed");
    } finally {
      await relay.close();
      shortLived.stop();
    }
  });

  it("says why it cannot be opened", async () => {
    expect((await failureOf(open("udp", "another secret"))).evidence).to.include({ errorCode: 401 });
  });

  it("says that it ended when the server goes away", async () => {
    const leaving = await startCoturn({ secret: SECRET });
    const previous = server;
    server = leaving;
    try {
      const relay = await open("tcp");
      expect(relay.failure).to.equal(undefined);
      await leaving.stop();
      for (let tries = 0; tries < 100 && relay.failure === undefined; tries += 1) await delay(20);
      expect(relay.failure?.reason).to.equal("connection_lost");
    } finally {
      server = previous;
    }
  });
});

function packet(index: number): Uint8Array {
  return Buffer.alloc(3 + index * 6, index);
}

function sequence(): readonly Uint8Array[] {
  return Array.from({ length: PACKETS }, (_, index) => packet(index));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}

function releases(log: string): number {
  return log.match(/refreshed, realm=<turn\.test>, username=<\d+:convene-check>, lifetime=0/g)?.length ?? 0;
}

async function failureOf(work: Promise<unknown>): Promise<CheckFailure> {
  try {
    await work;
  } catch (error) {
    if (error instanceof CheckFailure) return error;
    throw error;
  }
  throw new Error("it did not fail");
}
