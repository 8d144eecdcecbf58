/** The STUN binding against a real coturn, and against servers that answer as none should. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { expect } from "chai";
import { createContactBounds } from "../../src/doctor/contact-bounds.ts";
import type { CheckContext, CheckResult } from "../../src/checks/check.ts";
import { createCheckContext } from "../../src/checks/check-context.ts";
import { runCheck } from "../../src/checks/registry.ts";
import { xorAddressAttribute } from "../../src/checks/stun/stun-address.ts";
import { Attribute } from "../../src/checks/stun/stun-constants.ts";
import type { DecodedStun } from "../../src/checks/stun/stun-decode.ts";
import type { StunAttribute } from "../../src/checks/stun/stun-message.ts";
import { systemClock } from "../../src/system/clock.ts";
import { startCoturn } from "../lab/coturn-server.ts";
import { freePort } from "../lab/loopback-port.ts";
import { type Behaviour, reply, startStandInUdp } from "../lab/misbehaving-turn.ts";

const SEEN = { address: "198.51.100.9", port: 4_000 };

function errorCode(code: number): StunAttribute {
  return { type: Attribute.errorCode, value: Uint8Array.from([0, 0, Math.floor(code / 100), code % 100]) };
}

function success(request: DecodedStun): Uint8Array {
  return reply(request, 2, [xorAddressAttribute(Attribute.xorMappedAddress, SEEN, request.transactionId)]);
}

describe("check stun", function () {
  this.timeout(20_000);
  let context: CheckContext;
  let lines: string[] = [];

  before(() => {
    context = createCheckContext({
      clock: systemClock,
      signal: new AbortController().signal,
      transcript: (line) => lines.push(line),
    });
  });

  beforeEach(() => {
    lines = [];
  });

  async function check(
    port: number,
    more: Record<string, unknown> = {},
    bounds: Partial<CheckContext> = {},
  ): Promise<CheckResult> {
    const spec = { host: "127.0.0.1", port, timeout: "900ms", ...more };
    const desired = { name: "stun", kind: "stun", spec, intervalSeconds: 60 };
    return await runCheck(desired, { ...context, ...bounds });
  }

  async function against(behaviour: Behaviour, more: Record<string, unknown> = {}): Promise<CheckResult> {
    const server = await startStandInUdp(behaviour);
    try {
      return await check(server.port, more);
    } finally {
      server.stop();
    }
  }

  it("is answered by coturn with the address it came from, which can be compared", async () => {
    const server = await startCoturn({ secret: "any" });
    try {
      const plain = await check(server.port);
      const expected = await check(server.port, { reflexive: ["203.0.113.10", "127.0.0.1"] });
      const other = await check(server.port, { reflexive: ["203.0.113.10"] });
      expect(plain).to.include({ reason: "ok", ok: true });
      expect(plain.evidence).to.include({ reflexiveAddress: "127.0.0.1" });
      expect(expected).to.include({ reason: "ok" });
      expect(other).to.include({ reason: "wrong_reflexive_address", severity: "warning", ok: false });
      expect(other.message).to.contain("127.0.0.1").and.to.contain("203.0.113.10");
    } finally {
      await server.stop();
    }
  });

  it("tells a closed port from a silent one", async () => {
    expect(await check(await freePort())).to.include({ reason: "port_closed" });
    expect(await against(() => undefined)).to.include({ reason: "no_answer" });
  });

  it("tells what is no answer to the question: garbage, another transaction, a wrong fingerprint", async () => {
    const [garbage, other, bent] = await Promise.all([
      against(() => Buffer.from("220 mail.example ESMTP\r\n")),
      against((request) => {
        const answer = success(request);
        answer.set(Buffer.from("another one "), 8);
        return answer;
      }),
      against((request) => reply(request, 2, [{ type: Attribute.fingerprint, value: new Uint8Array(4) }])),
    ]);
    expect([garbage, other, bent].map(({ reason }) => reason)).to.deep.equal(
      Array.from({ length: 3 }, () => "bad_answer"),
    );
    expect([garbage, other, bent].map(({ evidence }) => evidence["problem"])).to.deep.equal([
      "wrong_cookie",
      "nobody asked for it",
      "wrong_fingerprint",
    ]);
  });

  it("says bad_answer to an error and to a success without an address", async () => {
    const refused = await against((request) => reply(request, 3, [errorCode(500)]));
    expect(refused).to.include({ reason: "bad_answer" });
    expect(refused.evidence).to.include({ errorCode: 500 });
    expect(await against((request) => reply(request, 2, []))).to.include({ reason: "bad_answer" });
  });

  it("names the server it is sent to, and does not go there", async () => {
    const result = await against((request) =>
      reply(request, 3, [
        errorCode(300),
        { type: Attribute.alternateServer, value: Uint8Array.from([0, 1, 0x0d, 0x96, 127, 0, 0, 9]) },
      ]),
    );
    expect(result).to.include({ reason: "redirected" });
    expect(result.evidence).to.include({ alternateServer: "127.0.0.9:3478" });
    expect(lines.join("\n")).to.not.contain("udp 127.0.0.9");
  });

  it("says wrong_source and where from, and sends no packet more than the caller's bounds allow", async () => {
    const other = await startElsewhere();
    const bounded = await startElsewhere();
    const contacts = { ...createContactBounds(true), allowDatagram: () => bounded.packets() < 2 };
    const [result, shy] = await Promise.all([
      check(other.port, { timeout: "10s" }),
      check(bounded.port, { timeout: "10s" }, { contacts }),
    ]);
    other.stop();
    bounded.stop();
    expect(result, result.message).to.include({ reason: "wrong_source" });
    expect(result.evidence).to.include({ source: other.source });
    expect(shy, shy.message).to.include({ reason: "no_answer" });
    expect(bounded.packets()).to.equal(2);
  });
});

interface Elsewhere {
  readonly port: number;
  readonly source: string;
  packets(): number;
  stop(): void;
}

/** Asked at 127.0.0.1, it answers from 127.0.0.2. */
async function startElsewhere(): Promise<Elsewhere> {
  let packets = 0;
  const asked = createSocket("udp4").bind(0, "127.0.0.1");
  const answering = createSocket("udp4").bind(0, "127.0.0.2");
  await Promise.all([once(asked, "listening"), once(answering, "listening")]);
  asked.on("message", (request, from) => {
    packets += 1;
    const answer = Buffer.concat([Buffer.from("01010000", "hex"), request.subarray(4, 20)]);
    answering.send(answer, from.port, from.address);
  });
  return {
    port: asked.address().port,
    source: `127.0.0.2:${answering.address().port}`,
    packets: () => packets,
    stop: () => {
      asked.close();
      answering.close();
    },
  };
}
