/** Sends STUN requests over a channel and matches the answers; hostile answers end in a reason. */
import { CheckFailure, type CheckRun } from "../check-run.ts";
import { decodeChannelData, encodeChannelData } from "./channel-data.ts";
import { decodeStun, type DecodedStun } from "./stun-decode.ts";
import { encodeStun, type EncodeOptions } from "./stun-encode.ts";
import type { StunChannel } from "./stun-channel.ts";
import { MessageClass, TRANSACTION_ID_LENGTH } from "./stun-constants.ts";
import type { StunAttribute } from "./stun-message.ts";

export interface StunRequest {
  readonly method: number;
  /** Needs the transaction id for XOR-ed addresses. */
  readonly attributes: (transactionId: Uint8Array) => readonly StunAttribute[];
  readonly options?: EncodeOptions;
}

/** How long the last rung may wait for its answer. */
export interface Patience {
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

interface Waiting {
  readonly answer: (message: DecodedStun) => void;
  readonly fail: (failure: CheckFailure) => void;
}

/** Sends over UDP at 0, 250, 750 and 1750 ms: RFC 8489's doubling, begun earlier because a check must be quick. */
const RETRANSMIT_AFTER_MS = [250, 750, 1_750];

export class StunClient {
  readonly #channel: StunChannel;
  readonly #run: CheckRun;
  readonly #waiting = new Map<string, Waiting>();
  readonly #indications = new Set<(message: DecodedStun) => void>();
  readonly #channels = new Map<number, (payload: Uint8Array) => void>();
  #ended: CheckFailure | undefined;
  #lastProblem: string | undefined;

  constructor(channel: StunChannel, run: CheckRun) {
    this.#channel = channel;
    this.#run = run;
    channel.listen({
      message: (bytes) => this.#receive(bytes),
      failure: (failure) => this.#end(failure),
      isChannel: (number) => this.#channels.has(number),
    });
  }

  /** Why nothing can be asked any more; undefined while the channel is open. */
  get ended(): CheckFailure | undefined {
    return this.#ended;
  }

  /** The success or error response. Rejects with `no_answer`, `bad_answer` or why the channel ended. */
  request(request: StunRequest, patience: Patience): Promise<DecodedStun> {
    const transactionId = this.#run.context.randomBytes(TRANSACTION_ID_LENGTH);
    const bytes = this.#encode(request, transactionId, MessageClass.request);
    return this.#await(Buffer.from(transactionId).toString("hex"), bytes, patience);
  }

  /** Sends without expecting an answer (RFC 8489: indications are not answered). */
  indicate(request: StunRequest): void {
    const transactionId = this.#run.context.randomBytes(TRANSACTION_ID_LENGTH);
    this.#channel.send(this.#encode(request, transactionId, MessageClass.indication));
  }

  /** Calls `seen` for each indication until the returned function is called. */
  onIndication(seen: (message: DecodedStun) => void): () => void {
    this.#indications.add(seen);
    return () => this.#indications.delete(seen);
  }

  /** Call it once an answer's integrity has been verified with the right key. */
  trustPeer(): void {
    this.#channel.trust();
  }

  /** Calls `seen` for the data of a channel, from before it is bound until the client is closed. */
  onChannelData(channel: number, seen: (payload: Uint8Array) => void): void {
    this.#channels.set(channel, seen);
  }

  /** Sends data on a bound channel; false when it was dropped because the stream does not take any more. */
  sendChannelData(channel: number, payload: Uint8Array): boolean {
    if (this.#ended !== undefined || this.#channel.congested()) return false;
    this.#channel.send(encodeChannelData(channel, payload, this.#channel.reliable));
    return true;
  }

  close(): void {
    this.#channel.close();
  }

  #encode(request: StunRequest, transactionId: Uint8Array, messageClass: MessageClass): Uint8Array {
    const attributes = request.attributes(transactionId);
    return encodeStun({ method: request.method, messageClass, transactionId, attributes }, request.options);
  }

  #await(id: string, bytes: Uint8Array, patience: Patience): Promise<DecodedStun> {
    return new Promise((resolve, reject) => {
      const limit = AbortSignal.any([patience.signal, AbortSignal.timeout(patience.waitMs)]);
      const retries = this.#channel.reliable
        ? []
        : RETRANSMIT_AFTER_MS.map((after) => setTimeout(() => this.#channel.send(bytes), after));
      const settle = (): void => {
        for (const retry of retries) clearTimeout(retry);
        limit.removeEventListener("abort", stop);
        this.#waiting.delete(id);
      };
      const fail = (failure: CheckFailure): void => {
        settle();
        reject(failure);
      };
      const stop = (): void => fail(this.#silence());
      const answer = (message: DecodedStun): void => {
        settle();
        resolve(message);
      };
      limit.addEventListener("abort", stop, { once: true });
      this.#waiting.set(id, { answer, fail });
      if (this.#ended !== undefined) fail(this.#ended);
      else if (limit.aborted) stop();
      else this.#channel.send(bytes);
    });
  }

  #silence(): CheckFailure {
    if (this.#lastProblem === undefined) return new CheckFailure("no_answer", "no answer in time");
    const message = `what was answered is no STUN message (${this.#lastProblem})`;
    return new CheckFailure("bad_answer", message, { evidence: { problem: this.#lastProblem } });
  }

  #receive(bytes: Uint8Array): void {
    const data = decodeChannelData(bytes);
    const deliver = data === undefined ? undefined : this.#channels.get(data.channel);
    if (data !== undefined && deliver !== undefined) {
      deliver(data.payload);
      return;
    }
    const decoded = decodeStun(bytes);
    if (!decoded.ok) {
      this.#lastProblem = decoded.problem;
      this.#run.say(`← ${bytes.length} bytes that are no STUN message: ${decoded.problem}`);
      return;
    }
    const { message } = decoded;
    if (message.messageClass === MessageClass.indication) {
      for (const seen of this.#indications) seen(message);
      return;
    }
    this.#waiting.get(Buffer.from(message.transactionId).toString("hex"))?.answer(message);
  }

  #end(failure: CheckFailure): void {
    this.#ended ??= failure;
    for (const waiting of this.#waiting.values()) waiting.fail(failure);
  }
}
