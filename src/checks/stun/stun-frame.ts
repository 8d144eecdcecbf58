/** Finds STUN messages and ChannelData in a byte stream (RFC 8489 section 6.2.2, RFC 8656 section 12.5). */
import { channelNumber } from "./channel-data.ts";
import { HEADER_LENGTH } from "./stun-constants.ts";

export interface StreamRead {
  readonly messages: readonly Uint8Array[];
  /** The stream holds something else: it cannot be read on. */
  readonly broken: boolean;
}

const FRAME_HEADER = 4;

/**
 * Gathers chunks and gives out whole messages; holds at most one incomplete one (64 KiB and 20 bytes). Bytes are
 * joined once per message, so that a peer who sends single bytes costs no more than one who sends all at once.
 */
export class StunFramer {
  readonly #isChannel: (channel: number) => boolean;
  #chunks: Uint8Array[] = [];
  #held = 0;
  /** Bytes that must be there before it is worth looking again. */
  #needed = FRAME_HEADER;

  /** ChannelData is only a frame on a channel that was bound; to others, "HTTP/1.1 400" would be its header. */
  constructor(isChannel: (channel: number) => boolean = () => false) {
    this.#isChannel = isChannel;
  }

  push(chunk: Uint8Array): StreamRead {
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    if (this.#held < this.#needed) return { messages: [], broken: false };
    return this.#cut(this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks, this.#held));
  }

  #cut(bytes: Uint8Array): StreamRead {
    const messages: Uint8Array[] = [];
    let offset = 0;
    this.#needed = FRAME_HEADER;
    while (bytes.length - offset >= FRAME_HEADER) {
      const length = this.#frameLength(bytes, offset);
      if (length === undefined) return { messages, broken: true };
      if (bytes.length - offset < length) {
        this.#needed = length;
        break;
      }
      messages.push(bytes.subarray(offset, offset + length));
      offset += length;
    }
    const rest = bytes.slice(offset);
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#held = rest.length;
    return { messages, broken: false };
  }

  /** Bytes of the frame that begins here; undefined when neither STUN (first bits 00) nor a channel's data. */
  #frameLength(bytes: Uint8Array, offset: number): number | undefined {
    const length = ((bytes[offset + 2] ?? 0) << 8) | (bytes[offset + 3] ?? 0);
    const channel = channelNumber(bytes, offset);
    if (channel !== undefined) {
      return this.#isChannel(channel) ? FRAME_HEADER + ((length + 3) & ~3) : undefined;
    }
    const isStun = (bytes[offset] ?? 0) >> 6 === 0 && length % 4 === 0;
    return isStun ? HEADER_LENGTH + length : undefined;
  }
}
