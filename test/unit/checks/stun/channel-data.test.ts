/** ChannelData: what is encoded is read back, and hostile bytes are none. */
import { expect } from "chai";
import * as fc from "fast-check";
import {
  channelNumber,
  decodeChannelData,
  encodeChannelData,
  FIRST_CHANNEL,
  LAST_CHANNEL,
} from "../../../../src/checks/stun/channel-data.ts";

const channel = fc.integer({ min: FIRST_CHANNEL, max: LAST_CHANNEL });

describe("ChannelData", () => {
  it("reads back what it encoded, padded to four bytes on streams only", () => {
    fc.assert(
      fc.property(channel, fc.uint8Array({ maxLength: 60 }), fc.boolean(), (number, payload, padded) => {
        const bytes = encodeChannelData(number, payload, padded);
        expect(bytes).to.have.length(padded ? 4 + Math.ceil(payload.length / 4) * 4 : 4 + payload.length);
        expect(channelNumber(bytes)).to.equal(number);
        const read = decodeChannelData(bytes);
        expect(read?.channel).to.equal(number);
        expect([...(read?.payload ?? [])]).to.deep.equal([...payload]);
      }),
    );
  });

  it("never throws on anybody's bytes, and reads nothing beyond them", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const read = decodeChannelData(bytes);
        if (read !== undefined) expect(read.payload.length).to.be.at.most(bytes.length - 4);
      }),
      { numRuns: 2_000 },
    );
    const whole = encodeChannelData(FIRST_CHANNEL, Buffer.from("data"), false);
    for (let length = 0; length < whole.length; length += 1) {
      expect(decodeChannelData(whole.subarray(0, length)), `${length} bytes`).to.equal(undefined);
    }
  });

  it("refuses to encode what the other side could not read", () => {
    expect(() => encodeChannelData(0x3fff, new Uint8Array(1), false)).to.throw(RangeError);
    expect(() => encodeChannelData(0x5000, new Uint8Array(1), false)).to.throw(RangeError);
    expect(() => encodeChannelData(FIRST_CHANNEL, new Uint8Array(65_536), true)).to.throw(RangeError);
  });
});
