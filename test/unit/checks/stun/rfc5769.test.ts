/** The codec against the test vectors of RFC 5769. */
import { expect } from "chai";
import { longTermKey } from "../../../../src/checks/stun/credentials.ts";
import { readXorAddress } from "../../../../src/checks/stun/stun-address.ts";
import { Attribute, MessageClass, Method } from "../../../../src/checks/stun/stun-constants.ts";
import { type DecodedStun, decodeStun } from "../../../../src/checks/stun/stun-decode.ts";
import { encodeStun } from "../../../../src/checks/stun/stun-encode.ts";
import { attributeText, attributeValue } from "../../../../src/checks/stun/stun-message.ts";
import { Secret } from "../../../../src/system/secret.ts";

const PASSWORD = Buffer.from("VOkJxbRl1RmTxUk/WvJxBt");

const REQUEST = bytes(`
  00010058 2112a442 b7e7a701 bc34d686 fa87dfae
  80220010 5354554e 20746573 7420636c 69656e74
  00240004 6e0001ff
  80290008 932ff9b1 51263b36
  00060009 6576746a 3a683676 59202020
  00080014 9aeaa70c bfd8cb56 781ef2b5 b2d3f249 c1b571a2
  80280004 e57a3bcf`);

const IPV4_RESPONSE = bytes(`
  0101003c 2112a442 b7e7a701 bc34d686 fa87dfae
  8022000b 74657374 20766563 746f7220
  00200008 0001a147 e112a643
  00080014 2b91f599 fd9e90c3 8c7489f9 2af9ba53 f06be7d7
  80280004 c07d4c96`);

const IPV6_RESPONSE = bytes(`
  01010048 2112a442 b7e7a701 bc34d686 fa87dfae
  8022000b 74657374 20766563 746f7220
  00200014 0002a147 0113a9fa a5d3f179 bc25f4b5 bed2b9d9
  00080014 a382954e 4be67bf1 1784c97c 8292c275 bfe3ed41
  80280004 c8fb0b4c`);

const LONG_TERM_REQUEST = bytes(`
  00010060 2112a442 78ad3433 c6ad72c0 29da412e
  00060012 e3839ee3 8388e383 aae38383 e382afe3 82b90000
  0015001c 662f2f34 39396b39 35346436 4f4c3334 6f4c3946 53547679 36347341
  0014000b 6578616d 706c652e 6f726700
  00080014 f6702465 6dd64a3e 02b8e071 2e85c9a2 8ca89666`);

function bytes(hex: string): Uint8Array {
  return Buffer.from(hex.replace(/\s/g, ""), "hex");
}

function decoded(encoded: Uint8Array): DecodedStun {
  const result = decodeStun(encoded);
  if (!result.ok) throw new Error(result.problem);
  return result.message;
}

describe("STUN codec: RFC 5769", () => {
  it("2.1: reads the sample request and holds its integrity and fingerprint", () => {
    const message = decoded(REQUEST);
    expect(message).to.include({
      method: Method.binding,
      messageClass: MessageClass.request,
      fingerprint: true,
    });
    expect(attributeText(message, Attribute.username)).to.equal("evtj:h6vY");
    expect(attributeText(message, Attribute.software)).to.equal("STUN test client");
    expect(message.verifyIntegrity(PASSWORD)).to.equal(true);
    expect(message.verifyIntegrity(Buffer.from("another"))).to.equal(false);
  });

  it("2.2: reads the IPv4 response", () => {
    const message = decoded(IPV4_RESPONSE);
    const mapped = readXorAddress(attributeValue(message, Attribute.xorMappedAddress), message.transactionId);
    expect(message.messageClass).to.equal(MessageClass.success);
    expect(mapped).to.deep.equal({ address: "192.0.2.1", port: 32_853 });
    expect(message.verifyIntegrity(PASSWORD)).to.equal(true);
  });

  it("2.3: reads the IPv6 response", () => {
    const message = decoded(IPV6_RESPONSE);
    const mapped = readXorAddress(attributeValue(message, Attribute.xorMappedAddress), message.transactionId);
    expect(mapped).to.deep.equal({ address: "2001:db8:1234:5678:11:2233:4455:6677", port: 32_853 });
    expect(message.verifyIntegrity(PASSWORD)).to.equal(true);
  });

  it("2.4: makes the very bytes of the request with a long-term credential", () => {
    const message = decoded(LONG_TERM_REQUEST);
    const username = attributeText(message, Attribute.username) ?? "";
    const key = longTermKey({ username, password: new Secret("TheMatrIX") }, "example.org");
    expect(username).to.equal("マトリックス");
    expect(message.verifyIntegrity(key)).to.equal(true);
    const attributes = message.attributes.filter(({ type }) => type !== Attribute.messageIntegrity);
    const again = encodeStun({ ...message, attributes }, { integrityKey: key });
    expect(Buffer.from(again).toString("hex")).to.equal(Buffer.from(LONG_TERM_REQUEST).toString("hex"));
  });

  it("has no right fingerprint any more when one bit of it changes", () => {
    for (let index = 0; index < REQUEST.length; index += 1) {
      const changed = Uint8Array.from(REQUEST);
      changed[index] = (changed[index] ?? 0) ^ 0x01;
      const result = decodeStun(changed);
      expect(result.ok && result.message.fingerprint === true, `byte ${index}`).to.equal(false);
    }
  });
});
