/** The TURN ladder against servers that misbehave in ways coturn cannot be told to. */
import { expect } from "chai";
import { createSocket, type Socket } from "node:dgram";
import { createCheckContext } from "../../src/checks/check-context.ts";
import type { CheckResult } from "../../src/checks/check.ts";
import { runCheck } from "../../src/checks/registry.ts";
import { longTermKey, mintTurnCredential } from "../../src/checks/stun/credentials.ts";
import { xorAddressAttribute } from "../../src/checks/stun/stun-address.ts";
import { Attribute, type MessageClass, Method } from "../../src/checks/stun/stun-constants.ts";
import { type DecodedStun, decodeStun } from "../../src/checks/stun/stun-decode.ts";
import { encodeStun } from "../../src/checks/stun/stun-encode.ts";
import { attributeValue, type StunAttribute, textAttribute } from "../../src/checks/stun/stun-message.ts";
import { Secret } from "../../src/system/secret.ts";

const SECRET = new Secret("shared");
const NOW = 1_700_000_000_000;
const KEY = longTermKey(mintTurnCredential(SECRET, "convene-check", NOW, 300), "turn.test");
const RELAYED = { address: "127.0.0.1", port: 50_000 };

/** What the server says to one request; undefined is silence. */
type Behaviour = (request: DecodedStun, count: number) => Uint8Array | undefined;

function reply(
  request: DecodedStun,
  messageClass: MessageClass,
  attributes: readonly StunAttribute[],
  integrityKey?: Uint8Array,
): Uint8Array {
  const { method, transactionId } = request;
  return encodeStun(
    { method, messageClass, transactionId, attributes },
    integrityKey ? { integrityKey } : {},
  );
}

function refuse(request: DecodedStun, code: number, nonce = "nonce"): Uint8Array {
  const value = Uint8Array.from([0, 0, Math.floor(code / 100), code % 100]);
  return reply(request, 3, [
    { type: Attribute.errorCode, value },
    textAttribute(Attribute.realm, "turn.test"),
    textAttribute(Attribute.nonce, nonce),
  ]);
}

function authenticated(request: DecodedStun): boolean {
  return attributeValue(request, Attribute.username) !== undefined;
}

/** A server that does everything right but bring data back. */
const polite: Behaviour = (request) => {
  if (!authenticated(request)) return request.method === Method.allocate ? refuse(request, 401) : undefined;
  const relayed = xorAddressAttribute(Attribute.xorRelayedAddress, RELAYED, request.transactionId);
  return reply(request, 2, request.method === Method.allocate ? [relayed] : [], KEY);
};

const impostor: Behaviour = (request, count) => {
  if (!authenticated(request)) return polite(request, count);
  const relayed = xorAddressAttribute(Attribute.xorRelayedAddress, RELAYED, request.transactionId);
  return reply(request, 2, [relayed], Buffer.from("another key"));
};

const silentAt =
  (method: number): Behaviour =>
  (request, count) =>
    authenticated(request) && request.method === method ? undefined : polite(request, count);

const terse: Behaviour = (request) =>
  reply(request, 3, [{ type: Attribute.errorCode, value: Uint8Array.from([0, 0, 4, 0]) }]);

const garbage: Behaviour = () => Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n");

const once: Behaviour = (request, count) => (count === 1 ? refuse(request, 437) : polite(request, count));

describe("check turn against misbehaving servers", function () {
  this.timeout(15_000);
  let socket: Socket | undefined;
  let seen: DecodedStun[] = [];

  afterEach(stop);

  function stop(): void {
    socket?.close();
    socket = undefined;
    seen = [];
  }

  async function check(
    behaviour: Behaviour,
    timeout = "10s",
    ports = new Set<number>(),
  ): Promise<CheckResult> {
    const server = createSocket("udp4");
    socket = server;
    await new Promise<void>((resolve) => {
      server.bind(0, "127.0.0.1", resolve);
    });
    server.on("message", (bytes, from) => {
      const decoded = decodeStun(bytes);
      if (!decoded.ok) return;
      seen.push(decoded.message);
      ports.add(from.port);
      const answer = behaviour(decoded.message, seen.length);
      if (answer !== undefined) server.send(answer, from.port, from.address);
    });
    const context = createCheckContext({
      clock: { now: () => NOW },
      signal: new AbortController().signal,
      secret: () => Promise.resolve(SECRET),
    });
    const spec = { host: "127.0.0.1", port: server.address().port, secret: "turn-secret", timeout };
    return await runCheck({ name: "turn", kind: "turn", spec, intervalSeconds: 60 }, context);
  }

  it("says data_lost when nothing comes back, and releases the allocation all the same", async () => {
    const result = await check(polite);
    expect(result).to.include({ reason: "data_lost" });
    expect(seen.at(-1)?.method).to.equal(Method.refresh);
    expect(attributeValue(seen.at(-1) ?? failing(), Attribute.lifetime)).to.deep.equal(new Uint8Array(4));
  });

  it("says bad_integrity when the answer was made without the secret", async () => {
    expect((await check(impostor)).reason).to.equal("bad_integrity");
  });

  it("asks again once with the new nonce when the old one is stale, and not for ever", async () => {
    const stale: Behaviour = (request, count) => {
      const nonce = attributeValue(request, Attribute.nonce);
      const isNew = nonce !== undefined && Buffer.from(nonce).toString() === "fresh";
      return authenticated(request) && !isNew ? refuse(request, 438, "fresh") : polite(request, count);
    };
    expect((await check(stale)).reason).to.equal("data_lost");
    stop();
    const forever: Behaviour = (request, count) =>
      authenticated(request) ? refuse(request, 438, `n${count}`) : polite(request, count);
    expect((await check(forever)).reason).to.equal("allocate_failed");
    expect(seen.filter(authenticated)).to.have.length(2);
  });

  it("comes from another port when the server remembers an allocation for this one, three times at most", async () => {
    const ports = new Set<number>();
    expect((await check(once, "10s", ports)).reason).to.equal("data_lost");
    expect(ports.size).to.equal(2);
    stop();
    const result = await check((request) => refuse(request, 437), "10s", ports);
    expect(result).to.include({ reason: "address_in_use" });
    expect(seen).to.have.length(3);
  });

  it("names every refusal of the allocation by its code", async () => {
    const codes: readonly (readonly [number, string])[] = [
      [401, "unauthorized"],
      [403, "forbidden"],
      [486, "quota_reached"],
      [508, "no_capacity"],
      [442, "allocate_failed"],
    ];
    for (const [code, reason] of codes) {
      const result = await check((request, count) =>
        authenticated(request) ? refuse(request, code) : polite(request, count),
      );
      expect(result, `${code}`).to.include({ reason });
      expect(result.evidence).to.include({ errorCode: code });
      stop();
    }
  });

  it("names the rung that fell silent", async () => {
    expect((await check(() => undefined)).reason).to.equal("no_answer");
    stop();
    expect((await check(silentAt(Method.allocate))).reason).to.equal("allocate_timeout");
    stop();
    expect((await check(silentAt(Method.createPermission))).reason).to.equal("permission_timeout");
  });

  it("says no_challenge to an error without realm and nonce, and bad_answer to garbage", async () => {
    expect((await check(terse)).reason).to.equal("no_challenge");
    stop();
    const result = await check(garbage, "5s");
    expect(result).to.include({ reason: "bad_answer" });
    expect(result.evidence).to.include({ problem: "not_stun" });
  });
});

function failing(): never {
  throw new Error("nothing was seen");
}
