/** What an Allocate request asks for beside a UDP relay with an IPv4 address. */
import { Attribute } from "../stun/stun-constants.ts";
import { type StunAttribute, uint32Attribute } from "../stun/stun-message.ts";

export interface AllocationWish {
  /** A relayed address of another family than IPv4 must be asked for (RFC 8656 section 7.1). */
  readonly family?: "ipv6";
  /** A relay that opens TCP connections (RFC 6062); only over a stream. */
  readonly relay?: "tcp";
}

/** Protocol numbers, in the first byte (RFC 8656 section 18.8). */
const PROTOCOL_UDP = 17 * 2 ** 24;
const PROTOCOL_TCP = 6 * 2 ** 24;
/** In the first byte (RFC 8656 section 18.9). */
const FAMILY_IPV6 = 2 * 2 ** 24;

export function wishAttributes(wish: AllocationWish): readonly StunAttribute[] {
  const protocol = wish.relay === "tcp" ? PROTOCOL_TCP : PROTOCOL_UDP;
  const transport = uint32Attribute(Attribute.requestedTransport, protocol);
  if (wish.family === undefined) return [transport];
  return [transport, uint32Attribute(Attribute.requestedAddressFamily, FAMILY_IPV6)];
}
