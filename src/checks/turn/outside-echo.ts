/** Sends a packet from here to the relayed port, as a participant outside would, and has the relay answer it. */
import { CheckFailure, type CheckRun } from "../check-run.ts";
import { openUdpChannel, type StunChannel } from "../stun/stun-channel.ts";
import { dataOf, repeatUntil } from "./relay-data.ts";
import type { OpenAllocation } from "./with-allocation.ts";

const PAYLOAD_BYTES = 32;

/** `arrived` at the relay only, or `answered` as well. */
export type OutsideEcho = "answered" | "arrived" | "lost" | "not_tested";

/**
 * Needs a permission for the address the server sees us from. This proves what the relay's own echo cannot: that the
 * relay ports are open to others, and that what leaves them arrives.
 */
export async function echoFromOutside(open: OpenAllocation, run: CheckRun): Promise<OutsideEcho> {
  const { address, port } = open.allocation.relayed;
  let outside: StunChannel;
  try {
    outside = await openUdpChannel(address, port, run);
  } catch (error) {
    // Not contacted by policy, or no route to it from here: nothing is known.
    if (!(error instanceof CheckFailure)) throw error;
    run.say(`not tested from here: ${error.message}`);
    return "not_tested";
  }
  try {
    run.say(`→ ${PAYLOAD_BYTES} bytes from here to the relayed port`);
    const outcome = await exchange(outside, open, run);
    run.say(outcome === "answered" ? "← answered by the relay" : `← ${outcome}`);
    return outcome;
  } finally {
    outside.close();
  }
}

async function exchange(
  outside: StunChannel,
  { client, session }: OpenAllocation,
  run: CheckRun,
): Promise<"answered" | "arrived" | "lost"> {
  const question = run.context.randomBytes(PAYLOAD_BYTES);
  const answer = run.context.randomBytes(PAYLOAD_BYTES);
  const seen = { arrived: false, answered: false };
  await repeatUntil(
    run.signal,
    () => outside.send(question),
    (done) => {
      outside.listen({
        message: (bytes) => {
          if (Buffer.compare(bytes, answer) !== 0) return;
          seen.answered = true;
          done();
        },
        // Port unreachable: somebody says at once that nothing is there.
        failure: (failure) => {
          run.say(failure.message);
          done();
        },
        isChannel: () => false,
      });
      return client.onIndication((message) => {
        const data = dataOf(message);
        if (data === undefined || !data.payload.equals(question)) return false;
        seen.arrived = true;
        session.send(data.peer, answer);
        return true;
      });
    },
  );
  if (seen.answered) return "answered";
  return seen.arrived ? "arrived" : "lost";
}
