/** TURN credentials: minted from the shared secret, and the key they become. */
import { createHash, createHmac } from "node:crypto";
import { Secret } from "../../system/secret.ts";

export interface TurnCredential {
  readonly username: string;
  readonly password: Secret;
}

/**
 * A credential of the TURN REST scheme (draft-uberti-behave-turn-rest-00, as coturn's `use-auth-secret` reads it):
 * user name `<unix seconds of expiry>:<user>`, password the base64 HMAC-SHA1 of it under the shared secret.
 */
export function mintTurnCredential(
  secret: Secret,
  user: string,
  nowMs: number,
  lifetimeSeconds: number,
): TurnCredential {
  const expiry = Math.floor(nowMs / 1000) + lifetimeSeconds;
  const username = `${expiry}:${user}`;
  const password = createHmac("sha1", secret.reveal()).update(username).digest("base64");
  return { username, password: new Secret(password) };
}

/** Key of the long-term credential mechanism (RFC 8489 section 9.2.2): MD5 of `username:realm:password`. */
export function longTermKey(credential: TurnCredential, realm: string): Uint8Array {
  return createHash("md5").update(`${credential.username}:${realm}:${credential.password.reveal()}`).digest();
}
