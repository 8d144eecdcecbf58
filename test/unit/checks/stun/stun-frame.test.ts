/** STUN in a byte stream: messages come out whole, however the stream is cut. */
import { expect } from "chai";
import * as fc from "fast-check";
import { encodeChannelData } from "../../../../src/checks/stun/channel-data.ts";
import { encodeStun } from "../../../../src/checks/stun/stun-encode.ts";
import { StunFramer } from "../../../../src/checks/stun/stun-frame.ts";

const message = fc
  .record({ method: fc.integer({ min: 1, max: 9 }), value: fc.uint8Array({ maxLength: 50 }) })
  .map(({ method, value }) =>
    encodeStun({
      method,
      messageClass: 2,
      transactionId: new Uint8Array(12),
      attributes: [{ type: 0x13, value }],
    }),
  );

describe("STUN framing", () => {
  it("finds the same messages wherever the stream is cut", () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 5 }), fc.array(fc.nat(400)), (messages, cuts) => {
        const stream = Buffer.concat(messages);
        const edges = [0, ...cuts.map((cut) => cut % (stream.length + 1)), stream.length].toSorted(
          (a, b) => a - b,
        );
        const framer = new StunFramer();
        const found = edges.slice(1).flatMap((edge, index) => {
          const read = framer.push(stream.subarray(edges[index], edge));
          expect(read.broken).to.equal(false);
          return read.messages.map((bytes) => Buffer.from(bytes).toString("hex"));
        });
        expect(found).to.deep.equal(messages.map((bytes) => Buffer.from(bytes).toString("hex")));
      }),
    );
  });

  it("gives out padded ChannelData of bound channels between messages, however cut", () => {
    const piece = fc.oneof(
      message,
      fc.uint8Array({ maxLength: 50 }).map((payload) => encodeChannelData(0x4007, payload, true)),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), fc.integer({ min: 1, max: 30 }), (pieces, step) => {
        const framer = new StunFramer((channel) => channel === 0x4007);
        const stream = Buffer.concat(pieces);
        const found: string[] = [];
        for (let at = 0; at < stream.length; at += step) {
          const read = framer.push(stream.subarray(at, at + step));
          expect(read.broken).to.equal(false);
          found.push(...read.messages.map(hex));
        }
        expect(found).to.deep.equal(pieces.map(hex));
      }),
    );
  });

  it("says that a stream is broken when it holds something else, and gives out what came before", () => {
    const read = new StunFramer().push(Buffer.concat([binding(), Buffer.from("HTTP/1.1 400 Bad Request")]));
    expect(read.messages.map(hex)).to.deep.equal([hex(binding())]);
    expect(read.broken).to.equal(true);
    const others = ["c5030300020228", "00010003", "40010000", "50010000"];
    for (const other of others) {
      const framer = new StunFramer((channel) => channel === 0x4000);
      expect(framer.push(Buffer.from(other, "hex")).broken, other).to.equal(true);
    }
  });

  it("joins the pieces of a message once, not at every piece", () => {
    const long = encodeStun({
      method: 1,
      messageClass: 2,
      transactionId: new Uint8Array(12),
      attributes: [{ type: 0x13, value: new Uint8Array(60_000) }],
    });
    const framer = new StunFramer();
    const joins = countingJoins(() => {
      for (const byte of long.subarray(0, -1)) framer.push(Uint8Array.of(byte));
      expect(framer.push(long.subarray(-1)).messages.map(hex)).to.deep.equal([hex(long)]);
    });
    expect(joins).to.be.lessThan(5);
  });
});

function binding(): Uint8Array {
  return encodeStun({ method: 1, messageClass: 0, transactionId: new Uint8Array(12), attributes: [] });
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** How often `work` put buffers together. */
function countingJoins(work: () => void): number {
  const original = Buffer.concat.bind(Buffer);
  let joins = 0;
  Buffer.concat = (list, length) => {
    joins += 1;
    return original(list, length);
  };
  try {
    work();
  } finally {
    Buffer.concat = original;
  }
  return joins;
}
