/** Properties of the codec: what is encoded is read back, and no bytes of anybody make it throw. */
import { expect } from "chai";
import * as fc from "fast-check";
import {
  readAddress,
  readXorAddress,
  sameIp,
  xorAddressAttribute,
} from "../../../../src/checks/stun/stun-address.ts";
import { Attribute, type MessageClass } from "../../../../src/checks/stun/stun-constants.ts";
import { decodeStun } from "../../../../src/checks/stun/stun-decode.ts";
import { encodeStun } from "../../../../src/checks/stun/stun-encode.ts";
import { type StunMessage, stunError } from "../../../../src/checks/stun/stun-message.ts";

const SPECIAL: readonly number[] = [Attribute.messageIntegrity, Attribute.fingerprint];

const attribute = fc.record({
  type: fc.integer({ min: 0, max: 0xffff }).filter((type) => !SPECIAL.includes(type)),
  value: fc.uint8Array({ maxLength: 90 }),
});

const message: fc.Arbitrary<StunMessage> = fc.record({
  method: fc.integer({ min: 0, max: 0xfff }),
  messageClass: fc.constantFrom<MessageClass>(0, 1, 2, 3),
  transactionId: fc.uint8Array({ minLength: 12, maxLength: 12 }),
  attributes: fc.array(attribute, { maxLength: 12 }),
});

describe("STUN codec: properties", () => {
  it("reads back whatever it encoded, with integrity and fingerprint", () => {
    fc.assert(
      fc.property(
        message,
        fc.uint8Array({ minLength: 1, maxLength: 40 }),
        fc.boolean(),
        (given, key, signed) => {
          const options = signed ? { integrityKey: key, fingerprint: true } : {};
          const result = decodeStun(encodeStun(given, options));
          if (!result.ok) throw new Error(result.problem);
          const { method, messageClass, transactionId, attributes } = result.message;
          const plain = attributes.filter(({ type }) => !SPECIAL.includes(type));
          expect({ method, messageClass, transactionId, attributes: plain }).to.deep.equal(given);
          expect(result.message.verifyIntegrity(key)).to.equal(signed ? true : undefined);
          expect(result.message.fingerprint).to.equal(signed ? true : undefined);
        },
      ),
    );
  });

  it("never throws on random bytes, and reads every attribute of what it accepts", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        expect(decodeStun(bytes)).to.have.property("ok");
      }),
      { numRuns: 2_000 },
    );
  });

  it("never throws on a real message with some bytes changed, cut or added", () => {
    const hostile = fc.tuple(
      message,
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }),
      fc.integer({ min: -30, max: 30 }),
    );
    fc.assert(
      fc.property(hostile, ([given, changes, growth]) => {
        const encoded = encodeStun(given, { fingerprint: growth % 2 === 0 });
        const bytes = new Uint8Array(Math.max(0, encoded.length + growth));
        bytes.set(encoded.subarray(0, bytes.length));
        for (const [at, value] of changes) if (bytes.length > 0) bytes[at % bytes.length] = value;
        const result = decodeStun(bytes);
        if (!result.ok) return;
        for (const { type, value } of result.message.attributes) {
          readXorAddress(value, result.message.transactionId);
          readAddress(value);
          stunError(result.message, type);
        }
        result.message.verifyIntegrity(new Uint8Array(16));
      }),
      { numRuns: 2_000 },
    );
  });

  it("takes no message for whole that is cut anywhere, or has anything behind it", () => {
    fc.assert(
      fc.property(message, fc.uint8Array({ minLength: 1, maxLength: 30 }), (given, more) => {
        const whole = encodeStun(given, { fingerprint: true });
        for (let length = 0; length < whole.length; length += 1) {
          expect(decodeStun(whole.subarray(0, length)).ok, `${length} of ${whole.length} bytes`).to.equal(
            false,
          );
        }
        expect(decodeStun(Buffer.concat([whole, more])).ok).to.equal(false);
      }),
    );
  });

  it("reads messages that lie anywhere in a larger buffer, without touching it", () => {
    fc.assert(
      fc.property(message, fc.nat(40), (given, before) => {
        const whole = encodeStun(given, { integrityKey: Buffer.from("key"), fingerprint: true });
        const buffer = Buffer.concat([Buffer.alloc(before, 0xff), whole, Buffer.alloc(9, 0xff)]);
        const copy = Buffer.from(buffer);
        const result = decodeStun(buffer.subarray(before, before + whole.length));
        expect(result.ok && result.message.verifyIntegrity(Buffer.from("key"))).to.equal(true);
        expect(buffer.equals(copy)).to.equal(true);
      }),
    );
  });

  it("refuses a message of thousands of attributes", () => {
    const attributes = Array.from({ length: 16_000 }, () => ({ type: 0x8022, value: new Uint8Array(0) }));
    const crowded = encodeStun({ method: 1, messageClass: 2, transactionId: new Uint8Array(12), attributes });
    expect(problem(crowded)).to.equal("too_many_attributes");
  });

  it("ignores what follows MESSAGE-INTEGRITY, as anybody could have added it", () => {
    const key = Buffer.from("key");
    const base = { method: 1, messageClass: 2, transactionId: new Uint8Array(12) } as const;
    const signed = encodeStun({ ...base, attributes: [] }, { integrityKey: key });
    const smuggled = Buffer.concat([signed, Buffer.from("8022000474657374", "hex")]);
    smuggled.writeUInt16BE(smuggled.length - 20, 2);
    const result = decodeStun(smuggled);
    expect(result.ok && result.message.attributes.map(({ type }) => type)).to.deep.equal([
      Attribute.messageIntegrity,
    ]);
    expect(result.ok && result.message.verifyIntegrity(key)).to.equal(true);
  });

  it("names what is wrong with bytes that are no message", () => {
    const good = encodeStun({
      method: 1,
      messageClass: 0,
      transactionId: new Uint8Array(12),
      attributes: [],
    });
    expect(problem(good.subarray(0, 19))).to.equal("too_short");
    expect(problem(Uint8Array.from([0x80, ...good.subarray(1)]))).to.equal("not_stun");
    expect(problem(Uint8Array.from([...good.subarray(0, 4), 9, ...good.subarray(5)]))).to.equal(
      "wrong_cookie",
    );
    expect(problem(Uint8Array.from([...good, 0, 0, 0, 0]))).to.equal("wrong_length");
    const beyond = Buffer.concat([good, Buffer.from("80220005", "hex")]);
    beyond.writeUInt16BE(4, 2);
    expect(problem(beyond)).to.equal("attribute_beyond_end");
  });
});

describe("STUN addresses", () => {
  const transactionId = fc.uint8Array({ minLength: 12, maxLength: 12 });

  it("reads back every IPv4 and IPv6 address and port", () => {
    const ip = fc.oneof(fc.ipV4(), fc.ipV6());
    fc.assert(
      fc.property(ip, fc.nat(65_535), transactionId, (address, port, id) => {
        const { value } = xorAddressAttribute(Attribute.xorPeerAddress, { address, port }, id);
        const read = readXorAddress(value, id);
        expect(read?.port).to.equal(port);
        expect(sameIp(read?.address ?? "", address), `${address} read as ${read?.address}`).to.equal(true);
      }),
    );
  });

  it("knows two spellings of one address, and different addresses apart", () => {
    expect(sameIp("2001:DB8:0:0::10", "2001:db8::10")).to.equal(true);
    expect(sameIp("::ffff:192.0.2.1", "::ffff:c000:201")).to.equal(true);
    expect(sameIp("2001:db8::10", "2001:db8::11")).to.equal(false);
    expect(sameIp("192.0.2.1", "192.0.2.2")).to.equal(false);
  });

  it("has no address for a value of the wrong length or family", () => {
    const id = new Uint8Array(12);
    expect(readXorAddress(undefined, id)).to.equal(undefined);
    expect(readXorAddress(Buffer.from("0001a147", "hex"), id)).to.equal(undefined);
    expect(readXorAddress(Buffer.from("0002a147e112a643", "hex"), id)).to.equal(undefined);
    expect(readXorAddress(Buffer.from("0003a147e112a643", "hex"), id)).to.equal(undefined);
  });
});

function problem(bytes: Uint8Array): string {
  const result = decodeStun(bytes);
  return result.ok ? "none" : result.problem;
}
