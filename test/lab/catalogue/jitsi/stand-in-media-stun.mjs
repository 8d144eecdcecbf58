// ICE checks as the stand-in bridge reads and answers them (RFC 8445, RFC 8489).
import { createHmac, timingSafeEqual } from "node:crypto";

const COOKIE = 0x2112a442;
const REQUEST = 0x0001;
const SUCCESS = 0x0101;
const ERROR = 0x0111;
const USERNAME = 0x0006;
const INTEGRITY = 0x0008;
const ERROR_CODE = 0x0009;
const XOR_MAPPED_ADDRESS = 0x0020;
const PRIORITY = 0x0024;
const FINGERPRINT = 0x8028;
const ICE_CONTROLLING = 0x802a;

/** Of a STUN message: the first two bits are zero, and the cookie is there (RFC 8489, section 5). */
export function isStun(packet) {
  return packet.length >= 20 && packet[0] < 4 && packet.readUInt32BE(4) === COOKIE;
}

/** `{ username, transaction, answer }` of a binding request, undefined of anything else. */
export function readRequest(packet) {
  const attributes = isStun(packet) && packet.readUInt16BE(0) === REQUEST ? readAttributes(packet) : undefined;
  if (attributes === undefined) return undefined;
  return {
    /** Local and remote ufrag as the sender of the request sees them, the other way round. */
    username: attributes.get(USERNAME)?.value.toString("utf8"),
    /** What the real one answers a check with that password; `accepted` says whether it believes it. */
    answer: (password, from) => {
      const transaction = packet.subarray(8, 20);
      if (!hasIntegrity(packet, attributes.get(INTEGRITY), password)) return refusal(transaction, 401, undefined);
      if (!attributes.has(PRIORITY)) return refusal(transaction, 400, password);
      // The bridge is the controlling one; who also wants to be is told to change (RFC 8445, section 7.3.1.1).
      if (attributes.has(ICE_CONTROLLING)) return refusal(transaction, 487, password);
      const packetOut = message(SUCCESS, transaction, [[XOR_MAPPED_ADDRESS, xorMapped(from)]], password);
      return { accepted: true, packet: packetOut };
    },
    refuse: (code) => refusal(packet.subarray(8, 20), code, undefined).packet,
  };
}

/** Whether this is an answer to a binding request. */
export function isAnswer(packet) {
  return isStun(packet) && [SUCCESS, ERROR].includes(packet.readUInt16BE(0));
}

function readAttributes(packet) {
  if (packet.readUInt16BE(2) + 20 !== packet.length) return undefined;
  const attributes = new Map();
  for (let offset = 20; offset + 4 <= packet.length; ) {
    const type = packet.readUInt16BE(offset);
    const length = packet.readUInt16BE(offset + 2);
    const value = packet.subarray(offset + 4, offset + 4 + length);
    if (value.length < length) return undefined;
    if (!attributes.has(type)) attributes.set(type, { offset, value });
    offset += 4 + length + ((4 - (length % 4)) % 4);
  }
  return attributes;
}

/** The length field counts up to and with MESSAGE-INTEGRITY while it is computed (RFC 8489, section 14.5). */
function hasIntegrity(packet, integrity, password) {
  if (integrity === undefined || integrity.value.length !== 20) return false;
  const covered = Buffer.from(packet.subarray(0, integrity.offset));
  covered.writeUInt16BE(integrity.offset + 24 - 20, 2);
  return timingSafeEqual(createHmac("sha1", password).update(covered).digest(), integrity.value);
}

function refusal(transaction, code, password) {
  const value = Buffer.from([0, 0, Math.floor(code / 100), code % 100]);
  return { accepted: false, packet: message(ERROR, transaction, [[ERROR_CODE, value]], password) };
}

function xorMapped({ address, port }) {
  const value = Buffer.alloc(8);
  value.writeUInt8(1, 1);
  value.writeUInt16BE(port ^ (COOKIE >>> 16), 2);
  const bytes = address.split(".").map(Number);
  value.writeUInt32BE((Buffer.from(bytes).readUInt32BE(0) ^ COOKIE) >>> 0, 4);
  return value;
}

function message(type, transaction, attributes, password) {
  const header = Buffer.alloc(8);
  header.writeUInt16BE(type, 0);
  header.writeUInt32BE(COOKIE, 4);
  let packet = Buffer.concat([header, transaction, ...attributes.map(([name, value]) => attribute(name, value))]);
  if (password !== undefined) {
    packet.writeUInt16BE(packet.length + 24 - 20, 2);
    packet = Buffer.concat([packet, attribute(INTEGRITY, createHmac("sha1", password).update(packet).digest())]);
  }
  packet.writeUInt16BE(packet.length + 8 - 20, 2);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE((crc32(packet) ^ 0x5354554e) >>> 0, 0);
  return Buffer.concat([packet, attribute(FINGERPRINT, sum)]);
}

function attribute(type, value) {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
}

/** Bit by bit: packets are short. */
function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
