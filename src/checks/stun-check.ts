/** Check kind `stun`: a binding request over UDP comes back with the address it was seen from. */
import { z } from "zod";
import { defineKind } from "./check-kind.ts";
import { CheckFailure, type CheckRun } from "./check-run.ts";
import { connectReasons, type ConnectReason } from "./connect/connect-reasons.ts";
import { findAddress } from "./connect/find-address.ts";
import { portField, targetFields } from "./spec-values.ts";
import { readAddress, readXorAddress, type TransportAddress } from "./stun/stun-address.ts";
import { openUdpChannel } from "./stun/stun-channel.ts";
import { StunClient } from "./stun/stun-client.ts";
import { Attribute, MessageClass, Method } from "./stun/stun-constants.ts";
import type { DecodedStun } from "./stun/stun-decode.ts";
import { attributeText, attributeValue, stunError } from "./stun/stun-message.ts";
import { stunReasons, type StunReason } from "./stun/stun-reasons.ts";

const schema = z.strictObject({ ...targetFields, port: portField.default(3478) });

type StunSpec = z.output<typeof schema>;

/** Time for the one answer; four packets are sent within it. */
const ANSWER_MS = 4_000;

export const stunCheck = defineKind<StunSpec, StunReason | ConnectReason>({
  kind: "stun",
  schema,
  reasons: { ...connectReasons, ...stunReasons },
  target: (spec) => `${spec.host}:${spec.port}/udp`,
  run: async (spec, run) => {
    const address = await findAddress(spec, run);
    const client = new StunClient(await openUdpChannel(address, spec.port, run), run);
    try {
      const answer = await run.phase("binding", () => bind(client, run));
      const seenFrom = reflexiveAddress(answer);
      run.note({ reflexiveAddress: seenFrom.address, reflexivePort: seenFrom.port });
      run.say(`← binding success, seen from ${seenFrom.address}:${seenFrom.port}`);
      return { reason: "ok", message: `answers, and sees us as ${seenFrom.address}` };
    } finally {
      client.close();
    }
  },
});

async function bind(client: StunClient, run: CheckRun): Promise<DecodedStun> {
  run.say("→ binding request");
  const answer = await client.request(
    { method: Method.binding, attributes: () => [], options: { fingerprint: true } },
    { waitMs: ANSWER_MS, signal: run.signal },
  );
  const software = attributeText(answer, Attribute.software);
  if (software !== undefined) run.note({ software });
  if (answer.messageClass === MessageClass.success) return answer;
  const error = stunError(answer, Attribute.errorCode);
  const words = error === undefined ? "an error without a code" : `${error.code} ${error.phrase}`;
  throw new CheckFailure<StunReason>("bad_answer", `the binding was answered with ${words}`);
}

function reflexiveAddress(answer: DecodedStun): TransportAddress {
  const xored = attributeValue(answer, Attribute.xorMappedAddress);
  const found =
    readXorAddress(xored, answer.transactionId) ??
    readAddress(attributeValue(answer, Attribute.mappedAddress));
  if (found !== undefined) return found;
  throw new CheckFailure<StunReason>("bad_answer", "the answer names no address we were seen from");
}
