/** Where the credential of a TURN check comes from: minted from the shared secret, or handed out by Prosody. */
import { CheckFailure } from "../check-run.ts";
import { mintTurnCredential, type TurnCredential } from "../stun/credentials.ts";
import { USERNAME_LIMIT } from "../stun/stun-constants.ts";
import type { Secret } from "../../system/secret.ts";
import type { TurnReason } from "./turn-reasons.ts";

export type CredentialSource =
  | { readonly kind: "secret"; readonly secret: Secret }
  | { readonly kind: "given"; readonly credential: TurnCredential };

/** The user part of a minted name, so that coturn's log tells a check from a person. */
const USER = "convene-check";
/** Seconds a minted credential is good for: also how far the server's clock may be ahead unnoticed. */
export const CREDENTIAL_SECONDS = 300;

/** A credential that is good for `lifetimeSeconds` from now; negative has expired. */
export function mintForCheck(
  secret: Secret,
  nowMs: number,
  lifetimeSeconds = CREDENTIAL_SECONDS,
): TurnCredential {
  return mintTurnCredential(secret, USER, nowMs, lifetimeSeconds);
}

/** Fails with `expired_credential` or `credential_refused` for a given credential that cannot be good. */
export function firstCredential(source: CredentialSource, nowMs: number): TurnCredential {
  if (source.kind === "secret") return mintForCheck(source.secret, nowMs);
  const { username } = source.credential;
  const length = Buffer.byteLength(username);
  if (length > USERNAME_LIMIT) {
    const message = `the user name handed out has ${length} bytes, TURN allows ${USERNAME_LIMIT}`;
    throw new CheckFailure<TurnReason>("credential_refused", message);
  }
  const expiry = expiryOf(username);
  if (expiry !== undefined && expiry * 1000 <= nowMs) {
    const ago = Math.round(nowMs / 1000 - expiry);
    throw new CheckFailure<TurnReason>(
      "expired_credential",
      `the credential expired ${ago} s ago by our clock`,
      {
        evidence: { expiry: new Date(expiry * 1000).toISOString(), expiredSecondsAgo: ago },
      },
    );
  }
  return source.credential;
}

/** Seconds since the epoch at the beginning of a TURN REST user name, `<expiry>` or `<expiry>:<user>`. */
function expiryOf(username: string): number | undefined {
  const digits = /^(\d{9,11})(?::|$)/.exec(username)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
