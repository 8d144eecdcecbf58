/** A STUN binding (RFC 8489 section 3): the one question every STUN server answers, with the address it came from. */
import { CheckFailure, type CheckRun } from "../check-run.ts";
import type { BindingReason } from "./binding-reasons.ts";
import { readAddress, readXorAddress, type TransportAddress } from "./stun-address.ts";
import type { StunClient } from "./stun-client.ts";
import { Attribute, MessageClass, Method } from "./stun-constants.ts";
import { attributeText, attributeValue, describeError, stunError, type StunMessage } from "./stun-message.ts";
import type { StunReason } from "./stun-reasons.ts";

/** Time for the one answer; four packets are sent within it. */
const ANSWER_MS = 3_000;

/** The address we were seen from. Fails with a StunReason, `redirected`, or why the channel ended. */
export async function bind(client: StunClient, run: CheckRun): Promise<TransportAddress> {
  const answered = client.request(
    { method: Method.binding, attributes: () => [], options: { fingerprint: true } },
    { waitMs: ANSWER_MS, signal: run.signal },
  );
  run.say("→ binding request");
  const answer = await answered;
  const software = attributeText(answer, Attribute.software);
  if (software !== undefined) run.note({ software });
  if (answer.messageClass === MessageClass.error) throw refusal(answer);
  const seenFrom = reflexiveAddress(answer);
  run.say(`← binding success, seen from ${seenFrom.address}:${seenFrom.port}`);
  return seenFrom;
}

/** 300 names another server (RFC 8489 section 10): said, never followed, as it could lead anywhere. */
function refusal(answer: StunMessage): CheckFailure {
  const error = stunError(answer, Attribute.errorCode);
  const words = `the binding was answered with ${describeError(error)}`;
  const code = error === undefined ? {} : { errorCode: error.code };
  if (error?.code !== 300) return new CheckFailure<StunReason>("bad_answer", words, { evidence: code });
  const alternate = readAddress(attributeValue(answer, Attribute.alternateServer));
  const where = alternate === undefined ? "no address" : `${alternate.address}:${alternate.port}`;
  return new CheckFailure<BindingReason>("redirected", `${words}, naming ${where}`, {
    evidence: { ...code, alternateServer: where },
  });
}

/** MAPPED-ADDRESS is what servers before RFC 5389 send. */
function reflexiveAddress(answer: StunMessage): TransportAddress {
  const xored = attributeValue(answer, Attribute.xorMappedAddress);
  const found =
    readXorAddress(xored, answer.transactionId) ??
    readAddress(attributeValue(answer, Attribute.mappedAddress));
  if (found !== undefined) return found;
  throw new CheckFailure<StunReason>("bad_answer", "the answer names no address we were seen from");
}
