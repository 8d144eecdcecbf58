/** Bytes of an unknown sender to a STUN message: every length is checked, nothing is ever thrown. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { crc32 } from "node:zlib";
import {
  Attribute,
  FINGERPRINT_ATTRIBUTE_LENGTH,
  FINGERPRINT_XOR,
  HEADER_LENGTH,
  INTEGRITY_ATTRIBUTE_LENGTH,
  MAGIC_COOKIE,
  type MessageClass,
} from "./stun-constants.ts";
import type { StunAttribute, StunMessage } from "./stun-message.ts";

export interface DecodedStun extends StunMessage {
  /** Whether FINGERPRINT is there and right; undefined when absent. A wrong one is no STUN message. */
  readonly fingerprint: boolean | undefined;
  /** Whether MESSAGE-INTEGRITY was made with this key; undefined when absent. */
  readonly verifyIntegrity: (key: Uint8Array) => boolean | undefined;
}

export type StunDecodeResult =
  | { readonly ok: true; readonly message: DecodedStun }
  | { readonly ok: false; readonly problem: StunProblem };

/** Why bytes are no STUN message. */
type StunProblem =
  | "too_short"
  | "not_stun"
  | "wrong_cookie"
  | "wrong_length"
  | "attribute_beyond_end"
  | "wrong_integrity_length"
  | "too_many_attributes"
  | "wrong_fingerprint";

/** More than any message needs; 64 KiB of empty attributes would be 16,000. */
const ATTRIBUTES_LIMIT = 100;

/** Decodes one whole message; trailing bytes are a wrong length. The attributes' values share its memory. */
export function decodeStun(received: Uint8Array): StunDecodeResult {
  // Plain bytes, also of a Buffer, whose slice() would not copy.
  const bytes = new Uint8Array(received.buffer, received.byteOffset, received.length);
  if (bytes.length < HEADER_LENGTH) return { ok: false, problem: "too_short" };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const type = view.getUint16(0);
  if ((type & 0xc000) !== 0) return { ok: false, problem: "not_stun" };
  if (view.getUint32(4) !== MAGIC_COOKIE) return { ok: false, problem: "wrong_cookie" };
  const length = view.getUint16(2);
  if (length % 4 !== 0 || length !== bytes.length - HEADER_LENGTH)
    return { ok: false, problem: "wrong_length" };

  const scan = scanAttributes(bytes, view);
  if (typeof scan === "string") return { ok: false, problem: scan };
  const { attributes, integrityAt, fingerprintAt } = scan;
  const fingerprint = fingerprintAt === undefined ? undefined : fingerprintHolds(bytes, view, fingerprintAt);
  if (fingerprint === false) return { ok: false, problem: "wrong_fingerprint" };
  const message: DecodedStun = {
    method: (type & 0x000f) | ((type & 0x00e0) >> 1) | ((type & 0x3e00) >> 2),
    messageClass: toClass(type),
    transactionId: bytes.subarray(8, HEADER_LENGTH),
    attributes,
    fingerprint,
    verifyIntegrity: (key) =>
      integrityAt === undefined ? undefined : integrityHolds(bytes, integrityAt, key),
  };
  return { ok: true, message };
}

interface Scan {
  readonly attributes: readonly StunAttribute[];
  readonly integrityAt: number | undefined;
  readonly fingerprintAt: number | undefined;
}

/** What follows MESSAGE-INTEGRITY is not protected by it and is ignored, save FINGERPRINT (RFC 8489 section 14.5). */
function scanAttributes(bytes: Uint8Array, view: DataView): Scan | StunProblem {
  const attributes: StunAttribute[] = [];
  let integrityAt: number | undefined;
  let fingerprintAt: number | undefined;
  let offset = HEADER_LENGTH;
  while (offset < bytes.length) {
    // Lengths are multiples of 4, so that a type and length always fit here.
    const type = view.getUint16(offset);
    const valueLength = view.getUint16(offset + 2);
    const end = offset + 4 + ((valueLength + 3) & ~3);
    if (end > bytes.length) return "attribute_beyond_end";
    if (type === Attribute.fingerprint) {
      if (valueLength !== 4 || end !== bytes.length) return "wrong_fingerprint";
      fingerprintAt = offset;
    } else if (integrityAt === undefined) {
      if (type === Attribute.messageIntegrity) {
        if (valueLength !== 20) return "wrong_integrity_length";
        integrityAt = offset;
      }
      if (attributes.length === ATTRIBUTES_LIMIT) return "too_many_attributes";
      attributes.push({ type, value: bytes.subarray(offset + 4, offset + 4 + valueLength) });
    }
    offset = end;
  }
  return { attributes, integrityAt, fingerprintAt };
}

function toClass(type: number): MessageClass {
  const high = (type & 0x0100) !== 0;
  const low = (type & 0x0010) !== 0;
  if (high) return low ? 3 : 2;
  return low ? 1 : 0;
}

function fingerprintHolds(bytes: Uint8Array, view: DataView, at: number): boolean {
  const expected = (crc32(bytes.subarray(0, at)) ^ FINGERPRINT_XOR) >>> 0;
  return at === bytes.length - FINGERPRINT_ATTRIBUTE_LENGTH && view.getUint32(at + 4) === expected;
}

/** The sum covers the message up to the attribute, with the length it would have if it ended there. */
function integrityHolds(bytes: Uint8Array, at: number, key: Uint8Array): boolean {
  const covered = bytes.slice(0, at);
  new DataView(covered.buffer).setUint16(2, at + INTEGRITY_ATTRIBUTE_LENGTH - HEADER_LENGTH);
  const digest = createHmac("sha1", key).update(covered).digest();
  return timingSafeEqual(digest, bytes.subarray(at + 4, at + INTEGRITY_ATTRIBUTE_LENGTH));
}
