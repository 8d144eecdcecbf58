/** The STUN codec as targets: one message, a stream of them, and ChannelData. */
import { crc32 } from "node:zlib";
import { decodeChannelData, encodeChannelData } from "../../../src/checks/stun/channel-data.ts";
import { readAddress, readXorAddress, xorAddressAttribute } from "../../../src/checks/stun/stun-address.ts";
import { Attribute, FINGERPRINT_XOR, Method } from "../../../src/checks/stun/stun-constants.ts";
import { decodeStun } from "../../../src/checks/stun/stun-decode.ts";
import { encodeStun } from "../../../src/checks/stun/stun-encode.ts";
import { StunFramer } from "../../../src/checks/stun/stun-frame.ts";
import {
  attributeText,
  attributeUint32,
  type StunAttribute,
  stunError,
  textAttribute,
  uint32Attribute,
} from "../../../src/checks/stun/stun-message.ts";
import { bytesOf, type FuzzTarget, hexBytes, insist } from "./target.ts";

const KEY = Buffer.from("a key of no use");
/** The transaction of every request in here. */
export const TRANSACTION = Buffer.from("transaction!");
const PEER = { address: "192.0.2.1", port: 50_000 };

/** Good answers of a TURN server, which knows `key`. */
export function answers(key: Uint8Array): readonly Uint8Array[] {
  const mapped = xorAddressAttribute(Attribute.xorMappedAddress, PEER, TRANSACTION);
  const relayed = xorAddressAttribute(Attribute.xorRelayedAddress, PEER, TRANSACTION);
  const six = { address: "2001:db8::1", port: 1 };
  const challenge = [textAttribute(Attribute.realm, "turn.test"), textAttribute(Attribute.nonce, "nonce")];
  const alternate = { type: Attribute.alternateServer, value: Uint8Array.from([0, 1, 1, 1, 127, 0, 0, 1]) };
  const whole = (
    method: number,
    messageClass: 1 | 2 | 3,
    attributes: readonly StunAttribute[],
    signed: boolean,
  ): Uint8Array =>
    encodeStun(
      { method, messageClass, transactionId: TRANSACTION, attributes },
      { fingerprint: true, ...(signed ? { integrityKey: key } : {}) },
    );
  return [
    whole(Method.binding, 2, [mapped, textAttribute(Attribute.software, "a server")], false),
    whole(Method.binding, 2, [xorAddressAttribute(Attribute.xorMappedAddress, six, TRANSACTION)], false),
    whole(Method.allocate, 3, [errorCode(401), ...challenge], false),
    whole(Method.allocate, 3, [errorCode(438), ...challenge], false),
    whole(Method.allocate, 3, [errorCode(300), alternate], false),
    whole(Method.allocate, 2, [relayed, mapped, uint32Attribute(Attribute.lifetime, 600)], true),
    whole(Method.createPermission, 2, [], true),
    whole(Method.createPermission, 3, [errorCode(403)], true),
    whole(Method.data, 1, [relayed, { type: Attribute.data, value: Buffer.from("data") }], false),
  ];
}

function errorCode(code: number): StunAttribute {
  return {
    type: Attribute.errorCode,
    value: Uint8Array.from([0, 0, Math.floor(code / 100), code % 100, 0x41]),
  };
}

/** Attribute headers with telling lengths, and values that count. */
const WORDS = [
  ...hexBytes(
    "80280004 00000000",
    "00080014",
    "0008ffff",
    "00090004 00000401",
    "00200008 0001",
    "00200014 0002",
  ),
  ...hexBytes("2112a442", "0101", "0113", "0017", "ffff", "fffc", "00000000", "00140000", "00150000"),
  ...bytesOf("turn.test", "\u00ff\u00fe"),
];

const stunMessage: FuzzTarget = {
  name: "stun-message",
  seeds: answers(KEY),
  words: WORDS,
  limit: 66_000,
  run: (input) => {
    judgeMessage(input);
    // Most changes break the fingerprint, and nothing behind it would ever be seen.
    judgeMessage(withFingerprint(input));
  },
};

function judgeMessage(input: Uint8Array): void {
  const before = Buffer.from(input);
  const decoded = decodeStun(input);
  insist(before.equals(input), "the input stays as it is");
  if (!decoded.ok) return;
  const { message } = decoded;
  const size = message.attributes.reduce((sum, { value }) => sum + 4 + value.length, 20);
  insist(size <= input.length, "no attribute reaches beyond the message");
  message.verifyIntegrity(KEY);
  for (const { type, value } of message.attributes) {
    const addresses = [readXorAddress(value, message.transactionId), readAddress(value)];
    for (const address of addresses) {
      insist(address === undefined || address.port <= 65_535, "a port is one");
    }
    attributeText(message, type);
    attributeUint32(message, type);
    stunError(message, type);
  }
  const plain = message.attributes.filter(({ type }) => type !== Attribute.messageIntegrity);
  const again = decodeStun(encodeStun({ ...message, attributes: plain }));
  insist(again.ok && again.message.attributes.length === plain.length, "what was read can be written");
}

/** The same with a right length and fingerprint at its end, where there is room. */
function withFingerprint(input: Uint8Array): Uint8Array {
  const length = 20 + Math.floor(Math.max(0, Math.min(input.length, 65_000) - 20) / 4) * 4;
  const bytes = Buffer.alloc(length + 8);
  Buffer.from(input).copy(bytes, 0, 0, length);
  bytes.writeUInt16BE(length - 12, 2);
  bytes.writeUInt32BE(0x80280004, length);
  bytes.writeUInt32BE((crc32(bytes.subarray(0, length)) ^ FINGERPRINT_XOR) >>> 0, length + 4);
  return bytes;
}

const CHANNEL = 0x4001;

const stunStream: FuzzTarget = {
  name: "stun-stream",
  seeds: [
    Buffer.concat([...answers(KEY).slice(0, 4), encodeChannelData(CHANNEL, Buffer.from("media"), true)]),
    Buffer.concat([encodeChannelData(CHANNEL, new Uint8Array(0), true), ...answers(KEY).slice(4)]),
  ],
  words: [...WORDS, ...hexBytes("40010000", "4001ffff", "4fff0004", "5000", "c000")],
  limit: 80_000,
  run: (input) => {
    // Its first bytes say how it is cut, so that the same input is always cut in the same way.
    const steps = [...input.subarray(0, 4), 1].map((step) => 1 + step * (step % 7 === 0 ? 400 : 1));
    const framer = new StunFramer((channel) => channel === CHANNEL);
    let read = 0;
    let given = 0;
    for (let turn = 0; given < input.length; turn += 1) {
      const step = steps[turn % steps.length] ?? 1;
      const { messages, broken } = framer.push(input.subarray(given, given + step));
      given = Math.min(input.length, given + step);
      read += messages.reduce((sum, { length }) => sum + length, 0);
      insist(read <= given, "no more comes out than went in");
      for (const message of messages) if (decodeChannelData(message) === undefined) decodeStun(message);
      if (broken) return;
    }
  },
};

const channelData: FuzzTarget = {
  name: "channel-data",
  seeds: [
    encodeChannelData(CHANNEL, Buffer.from("media of some length"), true),
    encodeChannelData(0x4fff, new Uint8Array(0), false),
  ],
  words: hexBytes("4000", "4fff", "5000", "3fff", "0000", "ffff", "0001"),
  limit: 70_000,
  run: (input) => {
    const read = decodeChannelData(input);
    if (read === undefined) return;
    insist(read.payload.length <= input.length - 4, "no payload reaches beyond the message");
    const again = decodeChannelData(encodeChannelData(read.channel, read.payload, input.length % 2 === 0));
    insist(again !== undefined && Buffer.from(again.payload).equals(read.payload), "it can be written again");
  },
};

export const STUN_TARGETS: readonly FuzzTarget[] = [stunMessage, stunStream, channelData];
