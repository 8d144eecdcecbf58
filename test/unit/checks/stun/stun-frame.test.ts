/** STUN in a byte stream: messages come out whole, however the stream is cut. */
import { expect } from "chai";
import * as fc from "fast-check";
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

  it("passes over padded ChannelData to the message behind it", () => {
    const channelData = Buffer.from("4000000161000000", "hex");
    const binding = encodeStun({
      method: 1,
      messageClass: 0,
      transactionId: new Uint8Array(12),
      attributes: [],
    });
    const { messages } = new StunFramer().push(Buffer.concat([channelData, binding]));
    expect(messages.map(({ length }) => length)).to.deep.equal([8, 20]);
  });

  it("says that a stream is broken when it holds something else, and gives out what came before", () => {
    const binding = encodeStun({
      method: 1,
      messageClass: 0,
      transactionId: new Uint8Array(12),
      attributes: [],
    });
    const read = new StunFramer().push(
      Buffer.concat([binding, Buffer.from("HTTP/1.1 400 Bad Request", "ascii")]),
    );
    expect(read.messages).to.have.length(1);
    // "H" is 0x48, whose first bits are those of ChannelData: it waits for 0x5450 bytes. A TLS alert is refused.
    expect(new StunFramer().push(Buffer.from("c5030300020228", "hex")).broken).to.equal(true);
    expect(new StunFramer().push(Buffer.from("00010003", "hex")).broken).to.equal(true);
  });
});
