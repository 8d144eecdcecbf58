/** ChannelData, TURN's short form for relayed data: four bytes of header instead of a STUN message (RFC 8656 section 12.4). */

/** Channel numbers a client may bind (RFC 8656 section 12). */
export const FIRST_CHANNEL = 0x4000;
export const LAST_CHANNEL = 0x4fff;

const HEADER_LENGTH = 4;

export interface ChannelData {
  readonly channel: number;
  readonly payload: Uint8Array;
}

/**
 * `padded` is for streams, where each message ends on a multiple of four bytes (section 12.5). Throws RangeError for a
 * number or a payload that does not fit: a mistake of the caller.
 */
export function encodeChannelData(channel: number, payload: Uint8Array, padded: boolean): Uint8Array {
  if (channel < FIRST_CHANNEL || channel > LAST_CHANNEL) throw new RangeError(`no channel ${channel}`);
  if (payload.length > 0xffff) throw new RangeError(`${payload.length} bytes do not fit into ChannelData`);
  const length = HEADER_LENGTH + payload.length;
  const bytes = new Uint8Array(padded ? (length + 3) & ~3 : length);
  bytes[0] = channel >> 8;
  bytes[1] = channel & 0xff;
  bytes[2] = payload.length >> 8;
  bytes[3] = payload.length & 0xff;
  bytes.set(payload, HEADER_LENGTH);
  return bytes;
}

/** One whole message; padding behind the payload is left out. Undefined when it is none. */
export function decodeChannelData(bytes: Uint8Array): ChannelData | undefined {
  const channel = channelNumber(bytes);
  if (channel === undefined || bytes.length < HEADER_LENGTH) return undefined;
  const end = HEADER_LENGTH + (((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0));
  return end > bytes.length ? undefined : { channel, payload: bytes.subarray(HEADER_LENGTH, end) };
}

/** What the first two bytes at `offset` say; undefined when they do not begin ChannelData. */
export function channelNumber(bytes: Uint8Array, offset = 0): number | undefined {
  const number = ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0);
  return number >= FIRST_CHANNEL && number <= LAST_CHANNEL ? number : undefined;
}
