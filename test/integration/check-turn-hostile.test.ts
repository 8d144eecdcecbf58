/** The TURN ladder against servers that misbehave in ways coturn cannot be told to: a reason, within the time. */
import { expect } from "chai";
import type { Socket } from "node:net";
import type { CheckContext, CheckResult } from "../../src/checks/check.ts";
import { createCheckContext } from "../../src/checks/check-context.ts";
import { runCheck } from "../../src/checks/registry.ts";
import { xorAddressAttribute } from "../../src/checks/stun/stun-address.ts";
import { Attribute, Method } from "../../src/checks/stun/stun-constants.ts";
import { encodeStun } from "../../src/checks/stun/stun-encode.ts";
import { attributeText, attributeUint32 } from "../../src/checks/stun/stun-message.ts";
import { systemClock } from "../../src/system/clock.ts";
import {
  type Behaviour,
  isAuthenticated,
  polite,
  refuse,
  RELAYED,
  reply,
  STAND_IN_KEY,
  STAND_IN_NOW,
  STAND_IN_SECRET,
  type StandInTurn,
  startStandInTcp,
  startStandInUdp,
} from "../lab/misbehaving-turn.ts";
import { startOneWayRelay } from "../lab/one-way-relay.ts";

const impostor: Behaviour = (request, count) => {
  if (!isAuthenticated(request)) return polite(request, count);
  const relayed = xorAddressAttribute(Attribute.xorRelayedAddress, RELAYED, request.transactionId);
  return reply(request, 2, [relayed], Buffer.from("another key"));
};

const unsigned: Behaviour = (request, count) => {
  if (!isAuthenticated(request)) return polite(request, count);
  const relayed = xorAddressAttribute(Attribute.xorRelayedAddress, RELAYED, request.transactionId);
  return reply(request, 2, [relayed]);
};

const silentAt =
  (method: number): Behaviour =>
  (request, count) =>
    isAuthenticated(request) && request.method === method ? undefined : polite(request, count);

const refusing =
  (code: number): Behaviour =>
  (request, count) =>
    isAuthenticated(request) ? refuse(request, code) : polite(request, count);

const terse: Behaviour = (request) =>
  reply(request, 3, [{ type: Attribute.errorCode, value: Uint8Array.from([0, 0, 4, 0]) }]);

/** Silence is not waited for in full. */
const SOON = { timeout: "700ms" };

const binding = encodeStun({ method: 1, messageClass: 2, transactionId: new Uint8Array(12), attributes: [] });

describe("check turn against misbehaving servers", function () {
  this.timeout(20_000);
  let context: CheckContext;
  let running: StandInTurn[] = [];

  before(() => {
    context = createCheckContext({
      clock: { ...systemClock, now: () => STAND_IN_NOW },
      signal: new AbortController().signal,
      secret: () => Promise.resolve(STAND_IN_SECRET),
    });
  });

  afterEach(() => {
    for (const server of running) server.stop();
    running = [];
  });

  async function check(server: StandInTurn, spec: Record<string, unknown> = {}): Promise<CheckResult> {
    running.push(server);
    const filled = { host: "127.0.0.1", port: server.port, secret: "turn-secret", ...spec };
    return await runCheck({ name: "turn", kind: "turn", spec: filled, intervalSeconds: 60 }, context);
  }

  async function udp(behaviour: Behaviour, spec: Record<string, unknown> = {}): Promise<CheckResult> {
    return await check(await startStandInUdp(behaviour), spec);
  }

  async function tcp(
    behaviour: Behaviour,
    flood?: (socket: Socket) => void,
    spec: Record<string, unknown> = {},
  ): Promise<CheckResult> {
    return await check(await startStandInTcp(behaviour, flood), { transport: "tcp", ...spec });
  }

  /** Together, as each waits for what does not come. */
  async function reasons(results: readonly Promise<CheckResult>[]): Promise<readonly string[]> {
    return (await Promise.all(results)).map(({ reason }) => reason);
  }

  it("says which direction loses data, and releases the allocation all the same", async () => {
    const server = await startStandInUdp(polite);
    const deaf = await startOneWayRelay((isOwnAddress) => isOwnAddress);
    const selfless = await startOneWayRelay((isOwnAddress) => !isOwnAddress);
    const both = await startOneWayRelay(() => true);
    const relays = [deaf, selfless, both].map((relay) => ({ ...relay, seen: [], ports: new Set<number>() }));
    const results = await Promise.all([server, ...relays].map((relay) => check(relay, { outside: true })));
    expect(results.map(({ reason, severity }) => `${reason} ${severity}`)).to.deep.equal([
      "data_lost critical",
      "relay_replies_lost critical",
      "own_relay_unreachable warning",
      "ok ok",
    ]);
    const last = server.seen.at(-1);
    if (last === undefined) throw new Error("nothing was seen");
    expect(last.method).to.equal(Method.refresh);
    expect(attributeUint32(last, Attribute.lifetime)).to.equal(0);
  });

  it("says bad_integrity when the answer was made without the secret, or is not signed", async () => {
    expect(await reasons([udp(impostor), udp(unsigned), tcp(unsigned)])).to.deep.equal(
      Array.from({ length: 3 }, () => "bad_integrity"),
    );
  });

  it("asks again once with the new nonce when the old one is stale, and not for ever", async () => {
    const stale: Behaviour = (request, count) =>
      isAuthenticated(request) && attributeText(request, Attribute.nonce) !== "fresh"
        ? refuse(request, 438, "fresh")
        : polite(request, count);
    const forever: Behaviour = (request, count) =>
      isAuthenticated(request) ? refuse(request, 438, `n${count}`) : polite(request, count);
    const server = await startStandInUdp(forever);
    const results = await reasons([udp(stale, { echo: false }), check(server)]);
    expect(results).to.deep.equal(["ok", "nonce_always_stale"]);
    expect(server.seen.filter(isAuthenticated)).to.have.length(2);
  });

  it("asks for the reason of a 401 once, and does not go on for ever", async () => {
    const server = await startStandInUdp((request) => refuse(request, 401));
    expect(await check(server)).to.include({ reason: "wrong_secret" });
    expect(server.seen).to.have.length(4);
  });

  it("comes from another port when the server remembers an allocation for this one, three times at most", async () => {
    const once = await startStandInUdp((request, count) =>
      count === 1 ? refuse(request, 437) : polite(request, count),
    );
    const always = await startStandInUdp((request) => refuse(request, 437));
    const results = await reasons([check(once, { echo: false }), check(always)]);
    expect(results).to.deep.equal(["ok", "address_in_use"]);
    expect(once.ports.size).to.equal(2);
    expect(always.seen).to.have.length(3);
  });

  it("names every refusal of the allocation by its code", async () => {
    const codes: readonly (readonly [number, string])[] = [
      [300, "redirected"],
      [401, "wrong_secret"],
      [403, "forbidden"],
      [486, "quota_reached"],
      [508, "no_capacity"],
      [442, "allocate_failed"],
    ];
    for (const [code, reason] of codes) {
      const result = await udp(refusing(code));
      expect(result, `${code}`).to.include({ reason });
      expect(result.evidence).to.include({ errorCode: code });
    }
  });

  it("tells a permission that is refused to everybody from one for a peer that is denied", async () => {
    const denying =
      (code: number): Behaviour =>
      (request, count) =>
        request.method === Method.createPermission ? refuse(request, code) : polite(request, count);
    const peers = { allowedPeers: ["10.10.1.21"] };
    const results = await Promise.all([
      udp(denying(508)),
      udp(denying(508), peers),
      udp(denying(403)),
      udp(denying(403), peers),
    ]);
    expect(results.map(({ reason }) => reason)).to.deep.equal([
      "permission_failed",
      "permission_failed",
      "forbidden_peer",
      "bridge_denied",
    ]);
    expect(results[0]?.evidence).to.include({ errorCode: 508, peer: RELAYED.address });
    expect(results[1]?.evidence).to.include({ errorCode: 508, peer: "10.10.1.21" });
    expect(results[0]).to.include({ ok: false, severity: "critical" });
    const rungs = results.map(({ phases }) => phases.at(-2)?.name);
    expect(rungs).to.deep.equal(["permission", "peers", "permission", "peers"]);
  });

  it("names the rung that fell silent", async () => {
    const silent = [
      udp(() => undefined, SOON),
      udp(silentAt(Method.allocate), SOON),
      udp(silentAt(Method.createPermission), SOON),
      tcp(() => undefined, undefined, SOON),
      tcp(silentAt(Method.allocate), undefined, SOON),
    ];
    expect(await reasons(silent)).to.deep.equal([
      "no_answer",
      "allocate_timeout",
      "permission_timeout",
      "no_answer",
      "allocate_timeout",
    ]);
  });

  it("says bad_answer to what is no answer, by what it is", async () => {
    const other: Behaviour = (request, count) => {
      const answer = polite(request, count) ?? new Uint8Array(20);
      answer.set(Buffer.from("another one "), 8);
      return answer;
    };
    const huge = (): Uint8Array => Buffer.alloc(65_000, "A");
    const cut: Behaviour = (request, count) => polite(request, count)?.subarray(0, 30);
    const [http, foreign, large, truncated] = await Promise.all([
      udp(() => Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"), SOON),
      udp(other, SOON),
      udp(huge, SOON),
      udp(cut, SOON),
    ]);
    expect([http, foreign, large, truncated].map((result) => result?.evidence["problem"])).to.deep.equal([
      "not_stun",
      "nobody asked for it",
      "not_stun",
      "wrong_length",
    ]);
    expect(new Set([http, foreign, large, truncated].map((result) => result?.reason))).to.deep.equal(
      new Set(["bad_answer"]),
    );
  });

  it("says allocate_failed to a relayed address that nothing can be sent to", async () => {
    const portless: Behaviour = (request, count) => {
      if (request.method !== Method.allocate || !isAuthenticated(request)) return polite(request, count);
      const relayed = { ...RELAYED, port: 0 };
      const told = xorAddressAttribute(Attribute.xorRelayedAddress, relayed, request.transactionId);
      return reply(request, 2, [told], STAND_IN_KEY);
    };
    const result = await udp(portless, { ...SOON, outside: true });
    expect(result, result.message).to.include({ reason: "allocate_failed" });
  });

  it("says no_challenge to an error without realm and nonce, and to a realm of 60 KB", async () => {
    expect((await udp(terse)).reason).to.equal("no_challenge");
    const long = await tcp((request) => refuse(request, 401, "nonce", "r".repeat(60_000)));
    expect(long).to.include({ reason: "no_challenge" });
    expect(JSON.stringify(long).length).to.be.lessThan(2_000);
  });

  it("reads no more of a stream that is a flood, of whatever", async () => {
    const filled = encodeStun({
      method: 1,
      messageClass: 2,
      transactionId: new Uint8Array(12),
      attributes: [{ type: 0x8022, value: new Uint8Array(60_000) }],
    });
    const flooding = (bytes: Uint8Array) => (socket: Socket) => {
      const pour = (): void => {
        while (socket.writable && socket.write(bytes));
      };
      socket.on("drain", pour);
      pour();
    };
    const problems = [];
    for (const bytes of [Buffer.alloc(65_536, "A"), manyOf(binding), filled]) {
      const result = await tcp(() => undefined, flooding(bytes));
      expect(result, result.message).to.include({ reason: "bad_answer" });
      problems.push(result.evidence["problem"]);
    }
    expect(problems).to.deep.equal(["not_stun", "flood", "flood"]);
  });

  it("ends at its deadline when a server sends one byte at a time for ever", async () => {
    const drip = (socket: Socket): void => {
      const header = Buffer.from("0101fffc2112a442", "hex");
      let at = 0;
      const timer = setInterval(() => {
        socket.write(Uint8Array.of(header[at] ?? 0));
        at += 1;
      }, 5);
      socket.on("close", () => clearInterval(timer));
    };
    const result = await tcp(() => undefined, drip, SOON);
    expect(result, result.message).to.include({ reason: "no_answer" });
  });

  it("says connection_lost when the server hangs up on a rung", async () => {
    const rude = await startStandInTcp(polite, (socket) => socket.on("data", () => socket.destroy()));
    expect(await check(rude, { transport: "tcp" })).to.include({ reason: "connection_lost" });
  });
});

function manyOf(bytes: Uint8Array): Uint8Array {
  return Buffer.concat(Array.from({ length: 1_000 }, () => bytes));
}
