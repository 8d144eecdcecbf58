/** Data that passes a relay: read from a Data indication, and sent again until it arrives, as UDP may lose it. */
import { readXorAddress, type TransportAddress } from "../stun/stun-address.ts";
import { Attribute, Method } from "../stun/stun-constants.ts";
import { attributeValue, type StunMessage } from "../stun/stun-message.ts";

/** Milliseconds between repetitions and in all. */
const REPEAT_MS = 300;
const WAIT_MS = 2_500;

export interface RelayedData {
  readonly peer: TransportAddress;
  readonly payload: Buffer;
}

/** What a Data indication carries; undefined when the message is none. */
export function dataOf(message: StunMessage): RelayedData | undefined {
  if (message.method !== Method.data) return undefined;
  const peer = readXorAddress(attributeValue(message, Attribute.xorPeerAddress), message.transactionId);
  const data = attributeValue(message, Attribute.data);
  return peer === undefined || data === undefined ? undefined : { peer, payload: Buffer.from(data) };
}

/**
 * Calls `send` every 300 ms until what `listen` was given is called (true) or 2.5 s are over or the signal aborts
 * (false). Rejects with what `send` throws, and sends no more. `listen` returns how to stop listening.
 */
export function repeatUntil(
  signal: AbortSignal,
  send: () => void,
  listen: (arrived: () => void) => () => void,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      clearInterval(repeat);
      clearTimeout(limit);
      signal.removeEventListener("abort", stop);
      stopListening();
      settle();
    };
    const stop = (): void => end(() => resolve(false));
    // Out of a timer's callback it would end the process.
    const attempt = (): void => {
      try {
        send();
      } catch (error) {
        end(() => reject(error));
      }
    };
    const repeat = setInterval(attempt, REPEAT_MS);
    const limit = setTimeout(stop, WAIT_MS);
    const stopListening = listen(() => end(() => resolve(true)));
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    else attempt();
  });
}
