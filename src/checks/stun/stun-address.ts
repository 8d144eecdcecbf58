/** Transport addresses inside STUN attributes, plain and XOR-ed (RFC 8489 sections 14.1 and 14.2). */
import { isIPv4, isIPv6 } from "node:net";
import { MAGIC_COOKIE } from "./stun-constants.ts";
import type { StunAttribute } from "./stun-message.ts";

export interface TransportAddress {
  readonly address: string;
  readonly port: number;
}

const FAMILY_IPV4 = 0x01;
const FAMILY_IPV6 = 0x02;

/** Throws TypeError when `address` is no IP address: a mistake of the caller. */
export function xorAddressAttribute(
  type: number,
  target: TransportAddress,
  transactionId: Uint8Array,
): StunAttribute {
  const bytes = ipBytes(target.address);
  const value = new Uint8Array(4 + bytes.length);
  const view = new DataView(value.buffer);
  view.setUint8(1, bytes.length === 4 ? FAMILY_IPV4 : FAMILY_IPV6);
  view.setUint16(2, target.port ^ (MAGIC_COOKIE >>> 16));
  value.set(xored(bytes, transactionId), 4);
  return { type, value };
}

/** Undefined when the value is absent or no address of a known family. */
export function readXorAddress(
  value: Uint8Array | undefined,
  transactionId: Uint8Array,
): TransportAddress | undefined {
  const plain = readAddress(value);
  if (plain === undefined || value === undefined) return undefined;
  return {
    address: ipText(xored(value.subarray(4), transactionId)),
    port: plain.port ^ (MAGIC_COOKIE >>> 16),
  };
}

/** MAPPED-ADDRESS, which only old servers send. */
export function readAddress(value: Uint8Array | undefined): TransportAddress | undefined {
  if (value === undefined || value.length < 8) return undefined;
  const expected = value[1] === FAMILY_IPV4 ? 8 : value[1] === FAMILY_IPV6 ? 20 : 0;
  if (value.length !== expected) return undefined;
  const port = ((value[2] ?? 0) << 8) | (value[3] ?? 0);
  return { address: ipText(value.subarray(4)), port };
}

/** Two spellings of one IP address are the same address. */
export function sameIp(left: string, right: string): boolean {
  if (isIPv6(left) && isIPv6(right)) return ipText(ipBytes(left)) === ipText(ipBytes(right));
  return left === right;
}

/** XOR with the magic cookie, and for IPv6 with the transaction id behind it. */
function xored(bytes: Uint8Array, transactionId: Uint8Array): Uint8Array {
  return bytes.map((byte, index) =>
    index < 4 ? byte ^ ((MAGIC_COOKIE >>> (24 - 8 * index)) & 0xff) : byte ^ (transactionId[index - 4] ?? 0),
  );
}

function ipBytes(address: string): Uint8Array {
  if (isIPv4(address)) return Uint8Array.from(address.split("."), Number);
  if (!isIPv6(address)) throw new TypeError(`${address} is no IP address`);
  return ipv6Bytes(address.replace(/%.*$/, ""));
}

function ipv6Bytes(address: string): Uint8Array {
  const dotted = /:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
  const tail = dotted === undefined ? [] : [...ipBytes(dotted)];
  const groups = dotted === undefined ? address : address.slice(0, -dotted.length).replace(/([^:]):$/, "$1");
  const [head = "", rest] = groups.split("::");
  const before = groupBytes(head);
  const after = [...groupBytes(rest ?? ""), ...tail];
  const bytes = new Uint8Array(16);
  bytes.set(before, 0);
  bytes.set(after, 16 - after.length);
  return bytes;
}

function groupBytes(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    const number = Number.parseInt(group, 16);
    return [number >> 8, number & 0xff];
  });
}

/** IPv6 as RFC 5952 wants it, so that equal addresses are equal texts. */
function ipText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((bytes[2 * index] ?? 0) << 8) | (bytes[2 * index + 1] ?? 0)).toString(16),
  );
  const host = new URL(`http://[${groups.join(":")}]/`).hostname;
  return host.slice(1, -1);
}
