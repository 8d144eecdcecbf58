/** Finds STUN messages and ChannelData in a byte stream (RFC 8489 section 6.2.2, RFC 8656 section 12.5). */
import { HEADER_LENGTH } from "./stun-constants.ts";

export type StreamRead =
  | { readonly messages: readonly Uint8Array[]; readonly broken: false }
  /** The stream holds something else: it cannot be read on. */
  | { readonly messages: readonly Uint8Array[]; readonly broken: true };

/** Gathers chunks and gives out whole messages; holds at most one incomplete one (64 KiB and 20 bytes). */
export class StunFramer {
  #pending: Uint8Array = new Uint8Array(0);

  push(chunk: Uint8Array): StreamRead {
    const joined = new Uint8Array(this.#pending.length + chunk.length);
    joined.set(this.#pending);
    joined.set(chunk, this.#pending.length);
    const messages: Uint8Array[] = [];
    let offset = 0;
    while (joined.length - offset >= 4) {
      const length = frameLength(joined, offset);
      if (length === undefined) return { messages, broken: true };
      if (joined.length - offset < length) break;
      messages.push(joined.subarray(offset, offset + length));
      offset += length;
    }
    this.#pending = joined.slice(offset);
    return { messages, broken: false };
  }
}

/** Bytes of the frame that begins here; undefined when neither STUN (first bits 00) nor ChannelData (01). */
function frameLength(bytes: Uint8Array, offset: number): number | undefined {
  const kind = (bytes[offset] ?? 0) >> 6;
  const length = ((bytes[offset + 2] ?? 0) << 8) | (bytes[offset + 3] ?? 0);
  if (kind === 0) return length % 4 === 0 ? HEADER_LENGTH + length : undefined;
  if (kind === 1) return 4 + ((length + 3) & ~3);
  return undefined;
}
