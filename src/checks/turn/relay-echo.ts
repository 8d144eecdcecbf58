/** Sends data out of a relayed address to that same address and waits for it to come back. */
import { CheckFailure, type CheckRun } from "../check-run.ts";
import type { TransportAddress } from "../stun/stun-address.ts";
import type { StunClient } from "../stun/stun-client.ts";
import { Attribute, Method } from "../stun/stun-constants.ts";
import { attributeValue } from "../stun/stun-message.ts";
import type { TurnReason } from "./turn-reasons.ts";
import type { TurnSession } from "./turn-session.ts";

/** Milliseconds between repetitions and in all; data is UDP behind the relay and may get lost. */
const REPEAT_MS = 300;
const WAIT_MS = 2_500;
const PAYLOAD_BYTES = 32;

/**
 * Needs a permission for the relayed address itself. Fails with `data_lost`. coturn (seen on 4.6.1) maps its own
 * `external-ip` back to the private address, so this proves the relay, not the firewall in front of its ports.
 */
export async function echoThroughRelay(
  client: StunClient,
  session: TurnSession,
  relayed: TransportAddress,
  run: CheckRun,
): Promise<void> {
  const payload = run.context.randomBytes(PAYLOAD_BYTES);
  const limit = AbortSignal.any([run.signal, AbortSignal.timeout(WAIT_MS)]);
  const send = (): void => session.send(relayed, payload);
  const repeat = setInterval(send, REPEAT_MS);
  try {
    const arrival = arrivalOf(payload, client, limit);
    run.say(`→ ${PAYLOAD_BYTES} bytes to ${relayed.address}:${relayed.port} through the relay`);
    send();
    await arrival;
    run.say("← the same bytes");
  } finally {
    clearInterval(repeat);
  }
}

function arrivalOf(payload: Uint8Array, client: StunClient, limit: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      stopListening();
      limit.removeEventListener("abort", lost);
    };
    const lost = (): void => {
      settle();
      const message = "data sent to the relayed address did not come back";
      reject(new CheckFailure<TurnReason>("data_lost", message));
    };
    const stopListening = client.onIndication((message) => {
      const data = message.method === Method.data ? attributeValue(message, Attribute.data) : undefined;
      if (data === undefined || Buffer.compare(data, payload) !== 0) return;
      settle();
      resolve();
    });
    limit.addEventListener("abort", lost, { once: true });
    if (limit.aborted) lost();
  });
}
