/** One STUN request on its way: sent again over UDP until the answer is there or the patience is over. */
import type { CheckFailure } from "../check-run.ts";
import type { StunChannel } from "./stun-channel.ts";
import type { DecodedStun } from "./stun-decode.ts";

/** How long a request may wait for its answer. */
export interface Patience {
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/** What the client has to know and to say. */
export interface TransactionOwner {
  /** Called once, when there is nothing to wait for any more. */
  readonly settled: () => void;
  /** What a request that was never answered fails with. */
  readonly silence: () => CheckFailure;
}

/** Sends over UDP at 0, 250, 750 and 1750 ms: RFC 8489's doubling, begun earlier because a check must be quick. */
const REPEAT_AT_MS = [250, 750, 1_750];
/**
 * An abort is noticed from then on: most answers are there long before, and listening to a signal costs a good part of
 * what the exchange does.
 */
const ATTENTIVE_AT_MS = 250;

export class StunTransaction {
  readonly #channel: StunChannel;
  readonly #bytes: Uint8Array;
  readonly #patience: Patience;
  readonly #owner: TransactionOwner;
  readonly #outcome = Promise.withResolvers<DecodedStun>();
  #timer: NodeJS.Timeout | undefined;
  #isAttentive = false;

  constructor(channel: StunChannel, bytes: Uint8Array, patience: Patience, owner: TransactionOwner) {
    this.#channel = channel;
    this.#bytes = bytes;
    this.#patience = patience;
    this.#owner = owner;
  }

  start(): Promise<DecodedStun> {
    const { waitMs, signal } = this.#patience;
    if (signal.aborted) {
      this.#stop();
      return this.#outcome.promise;
    }
    this.#channel.send(this.#bytes);
    const repeats = this.#channel.reliable ? [] : REPEAT_AT_MS;
    this.#timer = setTimeout(() => this.#becomeAttentive(repeats), Math.min(ATTENTIVE_AT_MS, waitMs));
    return this.#outcome.promise;
  }

  answer(message: DecodedStun): void {
    this.#settle();
    this.#outcome.resolve(message);
  }

  fail(failure: CheckFailure): void {
    this.#settle();
    this.#outcome.reject(failure);
  }

  readonly #stop = (): void => this.fail(this.#owner.silence());

  #becomeAttentive(repeats: readonly number[]): void {
    const { waitMs, signal } = this.#patience;
    signal.addEventListener("abort", this.#stop);
    this.#isAttentive = true;
    if (signal.aborted) this.#stop();
    else this.#next(Math.min(ATTENTIVE_AT_MS, waitMs), repeats);
  }

  /** Sends again what is due after `elapsed` milliseconds, and sleeps until the next time or the end. */
  #next(elapsed: number, repeats: readonly number[]): void {
    const { waitMs } = this.#patience;
    if (elapsed >= waitMs) {
      this.#stop();
      return;
    }
    if (repeats[0] === elapsed) this.#channel.send(this.#bytes);
    const later = repeats.filter((at) => at > elapsed);
    const wake = Math.min(later[0] ?? waitMs, waitMs);
    this.#timer = setTimeout(() => this.#next(wake, later), wake - elapsed);
  }

  #settle(): void {
    clearTimeout(this.#timer);
    if (this.#isAttentive) this.#patience.signal.removeEventListener("abort", this.#stop);
    this.#owner.settled();
  }
}
