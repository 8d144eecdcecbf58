/** What a server may ask of the client in SCRAM: read before anything of the password is used (RFC 5802 section 5.1). */
import { CheckFailure } from "../check-run.ts";
import type { SessionReason } from "./session-reasons.ts";

/** A smaller count lets a server that is none guess the password. */
const MINIMUM_ITERATIONS = 4_096;
/** About 0.4 s of work; Prosody's own count is 10,000. */
const MAXIMUM_ITERATIONS = 1_000_000;
/** Characters of a server's message; a real one has about 100. */
const MESSAGE_LIMIT = 1_024;

export interface Challenge {
  readonly nonce: string;
  readonly salt: Buffer;
  readonly iterations: number;
}

/** Fails with `bad_challenge`. */
export function readChallenge(serverFirst: string, clientNonce: string): Challenge {
  if (serverFirst.length > MESSAGE_LIMIT) throw badChallenge("it is longer than any challenge");
  const match = /^r=([\x21-\x2b\x2d-\x7e]+),s=([A-Za-z0-9+/]+={0,2}),i=([1-9]\d{0,9})(?:,.*)?$/.exec(
    serverFirst,
  );
  if (match === null) throw badChallenge("it does not read r=…,s=…,i=…");
  const [, nonce = "", encodedSalt = "", count = ""] = match;
  if (!nonce.startsWith(clientNonce) || nonce === clientNonce) {
    throw badChallenge("it does not continue our nonce");
  }
  const iterations = Number(count);
  if (iterations < MINIMUM_ITERATIONS || iterations > MAXIMUM_ITERATIONS) {
    const message = `it wants ${iterations} iterations; from ${MINIMUM_ITERATIONS} to ${MAXIMUM_ITERATIONS} are done`;
    throw badChallenge(message);
  }
  const salt = Buffer.from(encodedSalt, "base64");
  if (salt.length === 0) throw badChallenge("its salt is empty");
  return { nonce, salt, iterations };
}

function badChallenge(what: string): CheckFailure<SessionReason> {
  return new CheckFailure("bad_challenge", `the server's SCRAM challenge is wrong: ${what}`);
}
