/** Sends STUN requests over a channel and matches the answers; hostile answers end in a reason. */
import { CheckFailure, type CheckRun } from "../check-run.ts";
import { decodeChannelData, encodeChannelData } from "./channel-data.ts";
import { decodeStun, type DecodedStun } from "./stun-decode.ts";
import { encodeStun, type EncodeOptions } from "./stun-encode.ts";
import type { StunChannel } from "./stun-channel.ts";
import { MessageClass, TRANSACTION_ID_LENGTH } from "./stun-constants.ts";
import type { StunAttribute } from "./stun-message.ts";
import { type Patience, StunTransaction } from "./stun-transaction.ts";

export interface StunRequest {
  readonly method: number;
  /** Needs the transaction id for XOR-ed addresses. */
  readonly attributes: (transactionId: Uint8Array) => readonly StunAttribute[];
  readonly options?: EncodeOptions;
}

/** True when the indication was meant for this listener. */
export type IndicationListener = (message: DecodedStun) => boolean;

/** Messages nobody asked for after which a peer is a flood, and no server; far more than any network repeats. */
const NOISE_LIMIT = 1_000;
/** How many of them the transcript shows. */
const NOISE_SHOWN = 5;

export class StunClient {
  readonly #channel: StunChannel;
  readonly #run: CheckRun;
  readonly #waiting = new Map<string, StunTransaction>();
  readonly #indications = new Set<IndicationListener>();
  readonly #channels = new Map<number, (payload: Uint8Array) => void>();
  #ended: CheckFailure | undefined;
  #noise = 0;
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
    const id = hex(transactionId);
    const bytes = this.#encode(request, transactionId, MessageClass.request);
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const transaction = new StunTransaction(this.#channel, bytes, patience, {
      settled: () => this.#waiting.delete(id),
      silence: () => this.#silence(),
    });
    this.#waiting.set(id, transaction);
    return transaction.start();
  }

  /** Sends without expecting an answer (RFC 8489: indications are not answered). */
  indicate(request: StunRequest): void {
    const transactionId = this.#run.context.randomBytes(TRANSACTION_ID_LENGTH);
    this.#channel.send(this.#encode(request, transactionId, MessageClass.indication));
  }

  /** Calls `seen` for each indication until the returned function is called. */
  onIndication(seen: IndicationListener): () => void {
    this.#indications.add(seen);
    return () => this.#indications.delete(seen);
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

  /** Call it once an answer's integrity has been verified with the right key. */
  trustPeer(): void {
    this.#channel.trust();
  }

  close(): void {
    this.#channel.close();
  }

  #encode(request: StunRequest, transactionId: Uint8Array, messageClass: MessageClass): Uint8Array {
    const attributes = request.attributes(transactionId);
    return encodeStun({ method: request.method, messageClass, transactionId, attributes }, request.options);
  }

  #silence(): CheckFailure {
    if (this.#lastProblem === undefined) return new CheckFailure("no_answer", "no answer in time");
    const message = `what was answered is no answer to what was asked (${this.#lastProblem})`;
    return new CheckFailure("bad_answer", message, { evidence: { problem: this.#lastProblem } });
  }

  #receive(bytes: Uint8Array): void {
    if (this.#ended !== undefined) return;
    const data = decodeChannelData(bytes);
    const deliver = data === undefined ? undefined : this.#channels.get(data.channel);
    if (data !== undefined && deliver !== undefined) {
      deliver(data.payload);
      return;
    }
    const decoded = decodeStun(bytes);
    if (!decoded.ok) this.#ignore(bytes, decoded.problem);
    else if (!this.#take(decoded.message)) this.#ignore(bytes, "nobody asked for it");
  }

  #take(message: DecodedStun): boolean {
    if (message.messageClass === MessageClass.indication) {
      return [...this.#indications].some((seen) => seen(message));
    }
    if (message.messageClass === MessageClass.request) return false;
    const transaction = this.#waiting.get(hex(message.transactionId));
    transaction?.answer(message);
    return transaction !== undefined;
  }

  /** Late repetitions and garbage alike; a peer that sends nothing else does not get the processor. */
  #ignore(bytes: Uint8Array, problem: string): void {
    this.#noise += 1;
    this.#lastProblem = problem;
    if (this.#noise <= NOISE_SHOWN) this.#run.say(`← ${bytes.length} bytes, ignored: ${problem}`);
    if (this.#noise < NOISE_LIMIT) return;
    const message = `${NOISE_LIMIT} messages came that nobody asked for (the last: ${problem})`;
    this.#end(new CheckFailure("bad_answer", message, { evidence: { problem: "flood" } }));
    this.#channel.close();
  }

  #end(failure: CheckFailure): void {
    this.#ended ??= failure;
    for (const transaction of this.#waiting.values()) transaction.fail(failure);
  }
}

function hex(transactionId: Uint8Array): string {
  return Buffer.from(transactionId.buffer, transactionId.byteOffset, transactionId.length).toString("hex");
}
