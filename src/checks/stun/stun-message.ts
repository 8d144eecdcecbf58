/** A STUN message as values, and how its attributes are found. */
import type { MessageClass } from "./stun-constants.ts";

export interface StunAttribute {
  readonly type: number;
  readonly value: Uint8Array;
}

export interface StunMessage {
  readonly method: number;
  readonly messageClass: MessageClass;
  /** 12 bytes. */
  readonly transactionId: Uint8Array;
  /** In the order of the message, without MESSAGE-INTEGRITY and FINGERPRINT when encoding. */
  readonly attributes: readonly StunAttribute[];
}

/** Value of the first attribute of that type; of duplicates only the first counts (RFC 8489 section 14). */
export function attributeValue(message: StunMessage, type: number): Uint8Array | undefined {
  return message.attributes.find((attribute) => attribute.type === type)?.value;
}

/** The attribute as text; bytes that are no UTF-8 become U+FFFD. */
export function attributeText(message: StunMessage, type: number): string | undefined {
  const value = attributeValue(message, type);
  return value === undefined ? undefined : textOf(value);
}

/** Undefined when absent or not four bytes long. */
export function attributeUint32(message: StunMessage, type: number): number | undefined {
  const value = attributeValue(message, type);
  if (value?.length !== 4) return undefined;
  return new DataView(value.buffer, value.byteOffset).getUint32(0);
}

export function textAttribute(type: number, text: string): StunAttribute {
  return { type, value: Buffer.from(text) };
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
}

export function uint32Attribute(type: number, number: number): StunAttribute {
  const value = new Uint8Array(4);
  new DataView(value.buffer).setUint32(0, number);
  return { type, value };
}

export interface StunError {
  /** 300-699. */
  readonly code: number;
  readonly phrase: string;
}

/** ERROR-CODE (RFC 8489 section 14.8); undefined when absent or malformed. */
export function stunError(message: StunMessage, type: number): StunError | undefined {
  const value = attributeValue(message, type);
  if (value === undefined || value.length < 4) return undefined;
  const hundreds = (value[2] ?? 0) & 0x07;
  const rest = value[3] ?? 0;
  if (hundreds < 3 || hundreds > 6 || rest > 99) return undefined;
  // Some servers count the C string's closing zero in.
  const phrase = textOf(value.subarray(4)).replace(/\0+$/, "");
  return { code: hundreds * 100 + rest, phrase };
}

export function describeError(error: StunError | undefined): string {
  return error === undefined ? "an answer without an error code" : `${error.code} ${error.phrase}`;
}
