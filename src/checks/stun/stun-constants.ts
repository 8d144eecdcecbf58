/** Numbers of STUN (RFC 8489), TURN (RFC 8656) and ICE (RFC 8445). */

/** RFC 8489 section 5. */
export const MAGIC_COOKIE = 0x2112a442;
export const HEADER_LENGTH = 20;
export const TRANSACTION_ID_LENGTH = 12;
/** RFC 8489 section 14.7. */
export const FINGERPRINT_XOR = 0x5354554e;
export const FINGERPRINT_ATTRIBUTE_LENGTH = 8;
export const INTEGRITY_ATTRIBUTE_LENGTH = 24;

/** Methods: RFC 8489 section 18.1 and RFC 8656 section 17. */
export const Method = {
  binding: 0x001,
  allocate: 0x003,
  refresh: 0x004,
  send: 0x006,
  data: 0x007,
  createPermission: 0x008,
  channelBind: 0x009,
} as const;

/** Bytes that a user name, and a realm or a nonce, may have (RFC 8489 sections 14.3, 14.9 and 14.10). */
export const USERNAME_LIMIT = 508;
export const REALM_LIMIT = 763;

/** The two class bits as a number: RFC 8489 section 5. */
export const MessageClass = { request: 0, indication: 1, success: 2, error: 3 } as const;
export type MessageClass = (typeof MessageClass)[keyof typeof MessageClass];

/** Attribute types: RFC 8489 section 18.3, RFC 8656 section 18, RFC 8445 section 16.1. */
export const Attribute = {
  mappedAddress: 0x0001,
  username: 0x0006,
  messageIntegrity: 0x0008,
  errorCode: 0x0009,
  unknownAttributes: 0x000a,
  channelNumber: 0x000c,
  lifetime: 0x000d,
  xorPeerAddress: 0x0012,
  data: 0x0013,
  realm: 0x0014,
  nonce: 0x0015,
  xorRelayedAddress: 0x0016,
  requestedAddressFamily: 0x0017,
  requestedTransport: 0x0019,
  xorMappedAddress: 0x0020,
  priority: 0x0024,
  useCandidate: 0x0025,
  software: 0x8022,
  alternateServer: 0x8023,
  fingerprint: 0x8028,
  iceControlled: 0x8029,
  iceControlling: 0x802a,
} as const;
