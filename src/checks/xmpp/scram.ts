/** The client's half of SCRAM without channel binding: RFC 5802, with SHA-256 RFC 7677. Pure but for the nonce handed in. */
import { createHash, createHmac, pbkdf2, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { Secret } from "../../system/secret.ts";
import { CheckFailure } from "../check-run.ts";
import { saslPrep } from "./sasl-prep.ts";
import { readChallenge } from "./scram-challenge.ts";
import type { SessionReason } from "./session-reasons.ts";

export type ScramHash = "sha1" | "sha256";

/** The mechanisms spoken here, the better first. */
export const SCRAM_HASHES: ReadonlyMap<string, ScramHash> = new Map([
  ["SCRAM-SHA-256", "sha256"],
  ["SCRAM-SHA-1", "sha1"],
]);

/** "n,,": no channel binding, no authorization identity. */
const GS2_HEADER = "n,,";

export interface ScramCredential {
  readonly username: string;
  readonly password: Secret;
}

export interface ScramProof {
  /** client-final-message */
  readonly message: string;
  /** Whether the server's last message shows that it knows the password's verifier. */
  verify(serverFinal: string): boolean;
}

/** client-first-message. Fails with `login_refused` on a name that no account can have. */
export function scramFirst(username: string, nonce: string): string {
  return `${GS2_HEADER}${firstBare(username, nonce)}`;
}

/**
 * Answers the server's challenge. Fails with `bad_challenge` when it breaks RFC 5802 section 5.1, before anything
 * derived from the password is sent, and with `login_refused` on a password that no account can have.
 */
export async function scramProof(
  hash: ScramHash,
  { username, password }: ScramCredential,
  nonce: string,
  serverFirst: string,
): Promise<ScramProof> {
  const challenge = readChallenge(serverFirst, nonce);
  const prepared = saslPrep(password.reveal());
  if (prepared === undefined) throw refused("the password holds a character that no password may hold");
  const digestSize = createHash(hash).digest().length;
  const salted = await promisify(pbkdf2)(prepared, challenge.salt, challenge.iterations, digestSize, hash);
  const clientKey = hmac(hash, salted, "Client Key");
  const storedKey = createHash(hash).update(clientKey).digest();
  const withoutProof = `c=${Buffer.from(GS2_HEADER).toString("base64")},r=${challenge.nonce}`;
  const authMessage = `${firstBare(username, nonce)},${serverFirst},${withoutProof}`;
  const signature = hmac(hash, storedKey, authMessage);
  const proof = clientKey.map((byte, index) => byte ^ (signature[index] ?? 0));
  const expected = hmac(hash, hmac(hash, salted, "Server Key"), authMessage);
  return {
    message: `${withoutProof},p=${Buffer.from(proof).toString("base64")}`,
    verify: (serverFinal) => isSignature(serverFinal, expected),
  };
}

/** server-final-message: `v=` and the signature, perhaps with extensions. */
function isSignature(serverFinal: string, expected: Buffer): boolean {
  const given = /^v=([A-Za-z0-9+/]+={0,2})(?:,|$)/.exec(serverFinal)?.[1];
  const signature = Buffer.from(given ?? "", "base64");
  return signature.length === expected.length && timingSafeEqual(signature, expected);
}

/** A name's `=` and `,` are written so that they end nothing. */
function firstBare(username: string, nonce: string): string {
  const prepared = saslPrep(username);
  if (prepared === undefined) throw refused("the user name holds a character that no name may hold");
  return `n=${prepared.replaceAll("=", "=3D").replaceAll(",", "=2C")},r=${nonce}`;
}

function hmac(hash: ScramHash, key: Buffer, text: string): Buffer {
  return createHmac(hash, key).update(text).digest();
}

function refused(message: string): CheckFailure<SessionReason> {
  return new CheckFailure("login_refused", message);
}
