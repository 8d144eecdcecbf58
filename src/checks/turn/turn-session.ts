/** One TURN allocation (RFC 8656): made with a long-term credential, used, and given back. */
import { CheckFailure, type CheckRun } from "../check-run.ts";
import { longTermKey, type TurnCredential } from "../stun/credentials.ts";
import { readXorAddress, type TransportAddress, xorAddressAttribute } from "../stun/stun-address.ts";
import type { StunClient } from "../stun/stun-client.ts";
import { Attribute, MessageClass, Method } from "../stun/stun-constants.ts";
import type { DecodedStun } from "../stun/stun-decode.ts";
import {
  attributeText,
  attributeUint32,
  attributeValue,
  describeError,
  type StunAttribute,
  type StunError,
  stunError,
  textAttribute,
  uint32Attribute,
} from "../stun/stun-message.ts";
import { type AllocationWish, wishAttributes } from "./allocation-wish.ts";
import { allocateFailure, turnFailure } from "./turn-failure.ts";
import { type Challenge, isTooLong } from "./turn-challenge.ts";
import type { TurnReason } from "./turn-reasons.ts";

/** Seconds; short, so that an allocation nobody could give back ends by itself. */
const LIFETIME_SECONDS = 60;
const ANSWER_MS = 3_000;
const RELEASE_MS = 1_500;

export interface Allocation {
  readonly relayed: TransportAddress;
  /** How the server sees us. */
  readonly reflexive: TransportAddress | undefined;
  /** Seconds until the allocation ends by itself; coturn gives 600 to whoever asks for less. */
  readonly lifetimeSeconds: number;
}

export class TurnSession {
  readonly #client: StunClient;
  readonly #credential: TurnCredential;
  readonly #realm: string;
  readonly #key: Uint8Array;
  readonly #run: CheckRun;
  #nonce: string;
  #mayBeAllocated = false;

  constructor(client: StunClient, credential: TurnCredential, challenge: Challenge, run: CheckRun) {
    this.#client = client;
    this.#credential = credential;
    this.#realm = challenge.realm;
    this.#nonce = challenge.nonce;
    this.#key = longTermKey(credential, challenge.realm);
    this.#run = run;
  }

  /** Fails with a TurnReason; the error code the server named is in its evidence. */
  async allocate(wish: AllocationWish = {}): Promise<Allocation> {
    this.#run.say(`→ allocate as ${this.#credential.username}`);
    this.#mayBeAllocated = true;
    const answer = await this.#ask(
      Method.allocate,
      () => [...wishAttributes(wish), uint32Attribute(Attribute.lifetime, LIFETIME_SECONDS)],
      "allocate_timeout",
    );
    if (answer.messageClass === MessageClass.error) {
      this.#mayBeAllocated = false;
      throw allocateFailure(answer);
    }
    const relayed = readXorAddress(attributeValue(answer, Attribute.xorRelayedAddress), answer.transactionId);
    const reflexive = readXorAddress(
      attributeValue(answer, Attribute.xorMappedAddress),
      answer.transactionId,
    );
    if (reflexive !== undefined) this.#run.note({ reflexiveAddress: reflexive.address });
    if (relayed === undefined) throw turnFailure("allocate_failed", "the answer names no relayed address");
    if (relayed.port === 0) throw turnFailure("allocate_failed", "the relayed address has port 0");
    this.#run.say(`← allocated ${relayed.address}:${relayed.port}`);
    const lifetimeSeconds = attributeUint32(answer, Attribute.lifetime) ?? LIFETIME_SECONDS;
    return { relayed, reflexive, lifetimeSeconds };
  }

  /** Keeps the allocation for another lifetime. Fails with `refresh_failed`. */
  async refresh(): Promise<void> {
    const answer = await this.#ask(
      Method.refresh,
      () => [uint32Attribute(Attribute.lifetime, LIFETIME_SECONDS)],
      "refresh_failed",
    );
    if (answer.messageClass === MessageClass.success) return;
    const error = stunError(answer, Attribute.errorCode);
    throw turnFailure("refresh_failed", `the allocation was not prolonged: ${describeError(error)}`, error);
  }

  /**
   * Binds a channel to a peer, which permits the peer as well (RFC 8656 section 12), or binds it for another ten
   * minutes. The error it was refused with, undefined when it was given.
   */
  async bindChannel(channel: number, peer: TransportAddress): Promise<StunError | undefined> {
    this.#run.say(`→ channel ${channel} to ${peer.address}:${peer.port}`);
    const answer = await this.#ask(
      Method.channelBind,
      (id) => [
        uint32Attribute(Attribute.channelNumber, channel * 0x10000),
        xorAddressAttribute(Attribute.xorPeerAddress, peer, id),
      ],
      "permission_timeout",
    );
    return this.#refusal(answer, "bound");
  }

  /** The error the permission was refused with, undefined when it was given. */
  async permit(address: string): Promise<StunError | undefined> {
    this.#run.say(`→ permission for ${address}`);
    const answer = await this.#ask(
      Method.createPermission,
      (id) => [xorAddressAttribute(Attribute.xorPeerAddress, { address, port: 0 }, id)],
      "permission_timeout",
    );
    return this.#refusal(answer, "permitted");
  }

  /** Sends `payload` to a peer in a Send indication, which is never answered. */
  send(peer: TransportAddress, payload: Uint8Array): void {
    this.#client.indicate({
      method: Method.send,
      attributes: (id) => [
        xorAddressAttribute(Attribute.xorPeerAddress, peer, id),
        { type: Attribute.data, value: payload },
      ],
    });
  }

  /** Gives the allocation back, if there can be one; failing to do so is not the check's finding. */
  async release(): Promise<void> {
    if (!this.#mayBeAllocated) return;
    try {
      await this.#exchange(
        Method.refresh,
        () => [uint32Attribute(Attribute.lifetime, 0)],
        RELEASE_MS,
        AbortSignal.timeout(RELEASE_MS),
      );
      this.#run.say("→ refresh 0 ← released");
    } catch {
      this.#run.say(`→ refresh 0: no answer, the allocation ends by itself in ${LIFETIME_SECONDS} s`);
    }
  }

  #refusal(answer: DecodedStun, granted: string): StunError | undefined {
    if (answer.messageClass === MessageClass.success) {
      this.#run.say(`← ${granted}`);
      return undefined;
    }
    const error = stunError(answer, Attribute.errorCode);
    this.#run.say(`← ${describeError(error)}`);
    return error ?? { code: 0, phrase: "an error without a code" };
  }

  async #ask(
    method: number,
    attributes: (transactionId: Uint8Array) => readonly StunAttribute[],
    onSilence: TurnReason,
  ): Promise<DecodedStun> {
    try {
      const answer = await this.#exchange(method, attributes, ANSWER_MS, this.#run.signal);
      if (answer.messageClass === MessageClass.success && answer.verifyIntegrity(this.#key) !== true) {
        throw turnFailure("bad_integrity", "the answer's MESSAGE-INTEGRITY is missing or wrong");
      }
      if (answer.messageClass === MessageClass.success) this.#client.trustPeer();
      return answer;
    } catch (error) {
      if (!(error instanceof CheckFailure) || error.reason !== "no_answer") throw error;
      throw turnFailure(onSilence, error.message);
    }
  }

  /** Asks once more with the new nonce when the old one is stale (RFC 8489 section 9.2.5). */
  async #exchange(
    method: number,
    attributes: (transactionId: Uint8Array) => readonly StunAttribute[],
    waitMs: number,
    signal: AbortSignal,
  ): Promise<DecodedStun> {
    const send = (): Promise<DecodedStun> =>
      this.#client.request(
        {
          method,
          attributes: (id) => [...attributes(id), ...this.#identity()],
          options: { integrityKey: this.#key, fingerprint: true },
        },
        { waitMs, signal },
      );
    const answer = await send();
    const error = stunError(answer, Attribute.errorCode);
    const nonce = attributeText(answer, Attribute.nonce);
    if (error?.code !== 438 || nonce === undefined || isTooLong(nonce)) return answer;
    this.#nonce = nonce;
    return await send();
  }

  #identity(): readonly StunAttribute[] {
    return [
      textAttribute(Attribute.username, this.#credential.username),
      textAttribute(Attribute.realm, this.#realm),
      textAttribute(Attribute.nonce, this.#nonce),
    ];
  }
}
