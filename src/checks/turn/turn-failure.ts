/** A TURN server's refusals as reasons. */
import { CheckFailure } from "../check-run.ts";
import { readAddress } from "../stun/stun-address.ts";
import { Attribute } from "../stun/stun-constants.ts";
import {
  attributeValue,
  describeError,
  type StunError,
  stunError,
  type StunMessage,
} from "../stun/stun-message.ts";
import type { TurnReason } from "./turn-reasons.ts";

/** Error codes of Allocate: RFC 8656 section 7.3 and 8489 section 14.8; those that coturn 4.6.1 really sends. */
const ALLOCATE_REASONS: ReadonlyMap<number, TurnReason> = new Map([
  [401, "credential_refused"],
  [403, "forbidden"],
  [437, "address_in_use"],
  [438, "nonce_always_stale"],
  [486, "quota_reached"],
  [508, "no_capacity"],
]);

/** What the refusal of an allocation says. */
export function allocateFailure(answer: StunMessage): CheckFailure<TurnReason> {
  const error = stunError(answer, Attribute.errorCode);
  if (error?.code === 300) return redirection(answer, error);
  const reason = ALLOCATE_REASONS.get(error?.code ?? 0) ?? "allocate_failed";
  return turnFailure(reason, `the allocation was refused: ${describeError(error)}`, error);
}

/** 300 Try Alternate (RFC 8489 section 10): said, never followed, as it could lead anywhere. */
export function redirection(answer: StunMessage, error: StunError): CheckFailure<TurnReason> {
  const alternate = readAddress(attributeValue(answer, Attribute.alternateServer));
  const where = alternate === undefined ? "no address" : `${alternate.address}:${alternate.port}`;
  return new CheckFailure<TurnReason>(
    "redirected",
    `the server answers ${describeError(error)}, naming ${where}`,
    {
      evidence: { errorCode: error.code, alternateServer: where },
    },
  );
}

export function turnFailure(
  reason: TurnReason,
  message: string,
  error?: StunError,
): CheckFailure<TurnReason> {
  const evidence = error === undefined ? {} : { errorCode: error.code };
  return new CheckFailure(reason, message, { evidence });
}
