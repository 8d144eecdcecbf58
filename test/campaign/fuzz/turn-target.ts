/** A whole TURN conversation as a target: each request is answered by the next piece of the input, then the line is dead. */
import { CheckFailure, CheckRun } from "../../../src/checks/check-run.ts";
import type { CheckContext } from "../../../src/checks/check.ts";
import { createCheckContext } from "../../../src/checks/check-context.ts";
import { longTermKey, mintTurnCredential } from "../../../src/checks/stun/credentials.ts";
import type { StunChannel, StunReader } from "../../../src/checks/stun/stun-channel.ts";
import { StunClient } from "../../../src/checks/stun/stun-client.ts";
import { requestChallenge } from "../../../src/checks/turn/turn-challenge.ts";
import { TurnSession } from "../../../src/checks/turn/turn-session.ts";
import { Secret } from "../../../src/system/secret.ts";
import { answers, TRANSACTION } from "./stun-targets.ts";
import { bytesOf, type FuzzTarget, hexBytes, insist } from "./target.ts";

const SIGNAL = new AbortController().signal;
const CREDENTIAL = mintTurnCredential(new Secret("fuzz"), "convene-check", 0, 300);
const SEPARATOR = Buffer.from("\r\n--\r\n");
const PIECES = answers(longTermKey(CREDENTIAL, "turn.test"));

/** The pieces with these numbers, one after another. */
function conversation(...numbers: readonly number[]): Uint8Array {
  return Buffer.concat(numbers.flatMap((number) => [PIECES[number] ?? SEPARATOR, SEPARATOR]));
}

export const turnTarget: FuzzTarget = {
  name: "turn-conversation",
  seeds: [
    conversation(2, 5, 6, 6, 6),
    conversation(2, 3, 5, 7, 8),
    conversation(2, 2),
    conversation(4, 2, 3, 3),
  ],
  words: [
    SEPARATOR,
    ...hexBytes("2112a442", "80280004", "00080014", "0113", "0103"),
    ...bytesOf("turn.test"),
  ],
  limit: 20_000,
  run: async (input) => {
    const channel = new ScriptedChannel(split(input));
    const run = new CheckRun(CONTEXT, SIGNAL);
    const client = new StunClient(channel, run);
    try {
      await talk(client, run);
    } catch (error) {
      if (!(error instanceof CheckFailure)) throw error;
      insist(error.message.length < 2_000, "a message is short, whatever the server sends");
    }
    insist(channel.sent <= 12, "it does not go on for ever");
    insist(JSON.stringify(run.evidence).length < 5_000, "evidence is trimmed");
  },
};

/** Transaction ids are always the same, so that good answers fit. */
const CONTEXT: CheckContext = createCheckContext({
  clock: { now: () => 0, monotonic: () => 0 },
  signal: SIGNAL,
  randomBytes: (size) => Uint8Array.from({ length: size }, (_, index) => TRANSACTION[index] ?? 0),
});

async function talk(client: StunClient, run: CheckRun): Promise<void> {
  const challenge = await requestChallenge(client, run);
  const session = new TurnSession(client, CREDENTIAL, challenge, run);
  try {
    const { relayed } = await session.allocate();
    await session.permit(relayed.address);
    await session.bindChannel(0x4000, relayed);
    session.send(relayed, new Uint8Array(8));
  } finally {
    await session.release();
  }
}

class ScriptedChannel implements StunChannel {
  readonly reliable = true;
  sent = 0;
  readonly #script: Uint8Array[];
  #reader: StunReader | undefined;

  constructor(script: readonly Uint8Array[]) {
    this.#script = [...script];
  }

  listen(reader: StunReader): void {
    this.#reader = reader;
  }

  send(): void {
    this.sent += 1;
    const number = this.sent;
    setImmediate(() => {
      const next = this.#script.shift();
      if (next !== undefined) this.#reader?.message(next);
      // What does not answer the request would leave it waiting for seconds.
      setImmediate(() => {
        if (this.sent === number)
          this.#reader?.failure(new CheckFailure("connection_lost", "the script is over"));
      });
    });
  }

  congested(): boolean {
    return false;
  }

  trust(): void {}

  close(): void {}
}

function split(input: Uint8Array): readonly Uint8Array[] {
  const bytes = Buffer.from(input);
  const pieces: Uint8Array[] = [];
  for (let from = 0; from <= bytes.length; ) {
    const found = bytes.indexOf(SEPARATOR, from);
    const to = found === -1 ? bytes.length : found;
    pieces.push(bytes.subarray(from, to));
    from = to + SEPARATOR.length;
  }
  return pieces;
}
