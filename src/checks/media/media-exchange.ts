/** Audio between two participants of one process, whose one clock dates both ends of every packet. */
import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { flowFigures } from "./flow-figures.ts";
import type { Exchange } from "./media-messages.ts";
import type { MediaPeer } from "./media-peer.ts";

const INTERVAL_MS = 20;
/** After the last packet: what comes later would not be heard. */
const STRAGGLERS_MS = 500;
const STRAGGLERS_STEP_MS = 10;
/** About what Opus makes of 20 ms of speech at 32 kbit/s. */
const PAYLOAD_BYTES = 80;
/** Opus' table of contents: one frame of 20 ms, CELT, full band, mono (RFC 6716 section 3.1). */
const OPUS_TOC = 0xf8;
const MARK_BYTES = 8;

export interface Speech {
  /** From each. */
  readonly packets: number;
  /** RTP payload type of Opus. */
  readonly payloadType: number;
}

/** Both talk at once, 50 packets a second each. */
export async function exchangeAudio(
  left: MediaPeer,
  right: MediaPeer,
  { packets, payloadType }: Speech,
): Promise<Exchange> {
  const leftward = new Flight(right, left, payloadType);
  const rightward = new Flight(left, right, payloadType);
  try {
    const started = performance.now();
    for (let number = 0; number < packets; number += 1) {
      await delay(Math.max(0, started + number * INTERVAL_MS - performance.now()));
      rightward.send(number);
      leftward.send(number);
    }
    const until = performance.now() + STRAGGLERS_MS;
    while (!(leftward.complete && rightward.complete) && performance.now() < until) {
      await delay(STRAGGLERS_STEP_MS);
    }
    return { leftToRight: rightward.figures(), rightToLeft: leftward.figures() };
  } finally {
    leftward.end();
    rightward.end();
  }
}

/** One direction; packets are known again by a mark of their own, whatever the bridge makes of their headers. */
class Flight {
  readonly #from: MediaPeer;
  readonly #payloadType: number;
  readonly #mark = randomBytes(MARK_BYTES);
  readonly #departures: number[] = [];
  readonly #arrivals = new Map<number, number>();
  readonly end: () => void;

  constructor(from: MediaPeer, to: MediaPeer, payloadType: number) {
    this.#from = from;
    this.#payloadType = payloadType;
    this.end = to.onAudio((payload) => this.#arrive(payload));
  }

  send(number: number): void {
    const payload = Buffer.alloc(PAYLOAD_BYTES);
    payload[0] = OPUS_TOC;
    this.#mark.copy(payload, 1);
    payload.writeUInt32BE(number, 1 + MARK_BYTES);
    this.#departures.push(performance.now());
    this.#from.sendAudio(payload, this.#payloadType);
  }

  get complete(): boolean {
    return this.#arrivals.size === this.#departures.length;
  }

  figures(): Exchange["leftToRight"] {
    return flowFigures({ departures: this.#departures, arrivals: this.#arrivals });
  }

  #arrive(payload: Uint8Array): void {
    const arrival = performance.now();
    if (payload.length !== PAYLOAD_BYTES || !this.#mark.equals(payload.subarray(1, 1 + MARK_BYTES))) return;
    const number = Buffer.from(payload).readUInt32BE(1 + MARK_BYTES);
    if (number < this.#departures.length && !this.#arrivals.has(number)) this.#arrivals.set(number, arrival);
  }
}
