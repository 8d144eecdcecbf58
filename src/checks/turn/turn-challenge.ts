/** The first question to a TURN server: without a credential it must ask for one. */
import type { CheckRun } from "../check-run.ts";
import type { StunClient } from "../stun/stun-client.ts";
import { Attribute, MessageClass, Method, REALM_LIMIT } from "../stun/stun-constants.ts";
import { attributeText, describeError, stunError } from "../stun/stun-message.ts";
import { wishAttributes } from "./allocation-wish.ts";
import { redirection, turnFailure } from "./turn-failure.ts";

export interface Challenge {
  readonly realm: string;
  readonly nonce: string;
}

const ANSWER_MS = 3_000;

/** Fails with a TurnReason of the challenge, or a StunReason or ConnectReason when there is no answer. */
export async function requestChallenge(client: StunClient, run: CheckRun): Promise<Challenge> {
  run.say("→ allocate without a credential");
  const answer = await client.request(
    { method: Method.allocate, attributes: () => wishAttributes({}), options: { fingerprint: true } },
    { waitMs: ANSWER_MS, signal: run.signal },
  );
  if (answer.messageClass === MessageClass.success) {
    throw turnFailure("no_authentication", "an allocation was given without a credential");
  }
  const error = stunError(answer, Attribute.errorCode);
  run.say(`← ${describeError(error)}`);
  if (error?.code === 300) throw redirection(answer, error);
  if (error?.code === 437)
    throw turnFailure("address_in_use", `no challenge: ${describeError(error)}`, error);
  const realm = attributeText(answer, Attribute.realm);
  const nonce = attributeText(answer, Attribute.nonce);
  if (error?.code !== 401 || realm === undefined || nonce === undefined) {
    throw turnFailure(
      "no_challenge",
      `expected 401 with realm and nonce, got ${describeError(error)}`,
      error,
    );
  }
  if (isTooLong(realm) || isTooLong(nonce)) {
    throw turnFailure("no_challenge", `realm or nonce are longer than ${REALM_LIMIT} bytes`, error);
  }
  run.note({ realm });
  return { realm, nonce };
}

/** Realm or nonce that no server may send. */
export function isTooLong(text: string): boolean {
  return Buffer.byteLength(text) > REALM_LIMIT;
}
