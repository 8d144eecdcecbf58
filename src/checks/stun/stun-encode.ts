/** STUN messages to bytes (RFC 8489 section 5), with MESSAGE-INTEGRITY and FINGERPRINT appended when asked for. */
import { createHmac } from "node:crypto";
import { crc32 } from "node:zlib";
import {
  Attribute,
  FINGERPRINT_ATTRIBUTE_LENGTH,
  FINGERPRINT_XOR,
  HEADER_LENGTH,
  INTEGRITY_ATTRIBUTE_LENGTH,
  MAGIC_COOKIE,
} from "./stun-constants.ts";
import type { StunMessage } from "./stun-message.ts";

export interface EncodeOptions {
  /** HMAC-SHA1 key: the password (short-term) or MD5 of `username:realm:password` (long-term). */
  readonly integrityKey?: Uint8Array;
  readonly fingerprint?: boolean;
}

/** Throws RangeError when the attributes do not fit the 16-bit length: a mistake of the caller, never of the peer. */
export function encodeStun(message: StunMessage, options: EncodeOptions = {}): Uint8Array {
  const bodyLength = message.attributes.reduce((sum, { value }) => sum + 4 + padded(value.length), 0);
  const integrityLength = options.integrityKey === undefined ? 0 : INTEGRITY_ATTRIBUTE_LENGTH;
  const fingerprintLength = options.fingerprint === true ? FINGERPRINT_ATTRIBUTE_LENGTH : 0;
  const length = bodyLength + integrityLength + fingerprintLength;
  if (length > 0xffff) throw new RangeError(`a STUN message of ${length} bytes does not fit`);

  const bytes = new Uint8Array(HEADER_LENGTH + length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, messageType(message.method, message.messageClass));
  view.setUint32(4, MAGIC_COOKIE);
  bytes.set(message.transactionId, 8);
  let offset = HEADER_LENGTH;
  for (const { type, value } of message.attributes) {
    view.setUint16(offset, type);
    view.setUint16(offset + 2, value.length);
    bytes.set(value, offset + 4);
    offset += 4 + padded(value.length);
  }
  if (options.integrityKey !== undefined) {
    // Both sums are taken with the header's length as if the message ended with that attribute.
    view.setUint16(2, bodyLength + integrityLength);
    const digest = createHmac("sha1", options.integrityKey).update(bytes.subarray(0, offset)).digest();
    view.setUint16(offset, Attribute.messageIntegrity);
    view.setUint16(offset + 2, digest.length);
    bytes.set(digest, offset + 4);
    offset += INTEGRITY_ATTRIBUTE_LENGTH;
  }
  view.setUint16(2, length);
  if (options.fingerprint === true) {
    view.setUint16(offset, Attribute.fingerprint);
    view.setUint16(offset + 2, 4);
    view.setUint32(offset + 4, (crc32(bytes.subarray(0, offset)) ^ FINGERPRINT_XOR) >>> 0);
  }
  return bytes;
}

/** The 14 bits of method and class, interleaved as RFC 8489 figure 3 draws them. */
function messageType(method: number, messageClass: number): number {
  const methodBits = (method & 0x000f) | ((method & 0x0070) << 1) | ((method & 0x0f80) << 2);
  return methodBits | ((messageClass & 1) << 4) | ((messageClass & 2) << 7);
}

function padded(length: number): number {
  return (length + 3) & ~3;
}
