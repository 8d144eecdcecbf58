/** Sends a packet from here to the relayed port, as a participant outside would, and has the relay answer it. */
import { isIPv6 } from "node:net";
import { CheckFailure, type CheckRun } from "../check-run.ts";
import { refuseForbidden } from "../connect/refuse-forbidden.ts";
import { bindLoosely, type LooseDatagrams, openLooseDatagrams } from "../stun/loose-datagrams.ts";
import { readXorAddress, sameIp, type TransportAddress } from "../stun/stun-address.ts";
import { Attribute } from "../stun/stun-constants.ts";
import { attributeValue } from "../stun/stun-message.ts";
import { dataOf, repeatUntil } from "./relay-data.ts";
import type { OpenAllocation } from "./with-allocation.ts";

const PAYLOAD_BYTES = 32;

/** `arrived` at the relay only, or `answered` as well. */
export type OutsideEcho = "answered" | "arrived" | "lost" | "not_tested";

/**
 * Proves what the relay's own echo cannot: that the relay ports are open to others, and that what leaves them arrives.
 * `server` is the TURN server's UDP port, which also tells the address that we send from.
 */
export async function echoFromOutside(
  server: TransportAddress,
  open: OpenAllocation,
  run: CheckRun,
): Promise<OutsideEcho> {
  const { relayed } = open.allocation;
  const datagrams = openLooseDatagrams(relayed, run);
  try {
    refuseForbidden(relayed.address, run);
    const obstacle = await permitOurselves(datagrams, server, open, run);
    if (obstacle !== undefined) {
      run.say(`not tested from here: ${obstacle}`);
      return "not_tested";
    }
    run.say(`→ ${PAYLOAD_BYTES} bytes from here to the relayed port`);
    const outcome = await exchange(datagrams, open, run);
    run.say(outcome === "answered" ? "← answered by the relay" : `← ${outcome}`);
    return outcome;
  } catch (error) {
    // An address that the caller does not want contacted.
    if (!(error instanceof CheckFailure)) throw error;
    run.say(`not tested from here: ${error.message}`);
    return "not_tested";
  } finally {
    datagrams.close();
  }
}

/**
 * Why it cannot be tested from here; undefined when the relay lets our address be reached. A relay refuses its own
 * host, and whoever sits in a private network beside it; and coturn (4.6.1) takes its own public address for itself,
 * also when it is the host's that it is asked from.
 */
async function permitOurselves(
  datagrams: LooseDatagrams,
  server: TransportAddress,
  { session, allocation }: OpenAllocation,
  run: CheckRun,
): Promise<string | undefined> {
  const { relayed } = allocation;
  if (isIPv6(server.address) !== isIPv6(relayed.address)) return "the relay is of another family";
  // Asked with the very socket: a provider's NAT may give each its own address.
  const answer = await bindLoosely(datagrams, server, () => true, run);
  const mapped = answer && attributeValue(answer.message, Attribute.xorMappedAddress);
  const ours = answer && readXorAddress(mapped, answer.message.transactionId);
  if (ours === undefined) return "the server does not tell our address";
  if (sameIp(ours.address, relayed.address)) return "we have the relay's own address";
  const refusal = await session.permit(ours.address);
  return refusal === undefined ? undefined : `the relay does not let ${ours.address} be reached`;
}

async function exchange(
  datagrams: LooseDatagrams,
  { client, session, allocation }: OpenAllocation,
  run: CheckRun,
): Promise<"answered" | "arrived" | "lost"> {
  const question = run.context.randomBytes(PAYLOAD_BYTES);
  const answer = run.context.randomBytes(PAYLOAD_BYTES);
  let arrived = false;
  const answered = await repeatUntil(
    run.signal,
    () => datagrams.send(question, allocation.relayed),
    (done) => {
      const stopHearing = datagrams.onPacket((bytes) => {
        if (Buffer.compare(bytes, answer) === 0) done();
      });
      const stopListening = client.onIndication((message) => {
        const data = dataOf(message);
        if (data === undefined || !data.payload.equals(question)) return false;
        arrived = true;
        session.send(data.peer, answer);
        return true;
      });
      return () => {
        stopHearing();
        stopListening();
      };
    },
  );
  if (answered) return "answered";
  return arrived ? "arrived" : "lost";
}
