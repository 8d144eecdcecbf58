// The media port of the stand-in bridge: it answers an ICE check exactly when the real one does (RFC 8445, RFC 8489).
import { createHmac, timingSafeEqual } from "node:crypto";
import { createSocket } from "node:dgram";

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

export class MediaPort {
  #options;
  #socket = createSocket("udp4");

  constructor(options) {
    this.#options = options;
  }

  async start() {
    const { address, port } = this.#options;
    this.#socket.on("message", (packet, from) => {
      const answer = this.#answer(packet, from);
      if (answer) this.#socket.send(answer, from.port, from.address);
    });
    await new Promise((resolve, reject) => {
      this.#socket.once("error", reject);
      this.#socket.bind(port, address, resolve);
    });
  }

  /** Nothing for what is not a check of an endpoint it knows: that silence is the real bridge's too. */
  #answer(packet, from) {
    if (this.#options.behaviour.media === "silent") return undefined;
    const attributes = readAttributes(packet);
    const ufrag = attributes?.get(USERNAME)?.value.toString("utf8").split(":")[0];
    const password = ufrag === undefined ? undefined : this.#options.passwordOf(ufrag);
    if (password === undefined) return undefined;
    const transaction = packet.subarray(8, 20);
    if (!hasIntegrity(packet, attributes.get(INTEGRITY), password)) return refusal(transaction, 401, password);
    if (!attributes.has(PRIORITY)) return refusal(transaction, 400, password);
    return message(SUCCESS, transaction, [[XOR_MAPPED_ADDRESS, xorMapped(from)]], password);
  }
}

function readAttributes(packet) {
  if (packet.length < 20 || packet.readUInt16BE(0) !== REQUEST || packet.readUInt32BE(4) !== COOKIE) return undefined;
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
  return message(ERROR, transaction, [[ERROR_CODE, value]], code === 401 ? undefined : password);
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
