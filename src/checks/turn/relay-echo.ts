/** Sends data out of a relayed address to that same address and waits for it to come back. */
import type { CheckRun } from "../check-run.ts";
import { dataOf, repeatUntil } from "./relay-data.ts";
import type { OpenAllocation } from "./with-allocation.ts";

const PAYLOAD_BYTES = 32;

/**
 * Whether it came. Needs a permission for the relayed address itself. coturn (seen on 4.6.1) maps its own
 * `external-ip=PUBLIC/PRIVATE` back to the private address, so this proves the relay, not the firewall in front of
 * its ports; with `external-ip=PUBLIC` alone it does not, and the data goes out to the public address.
 */
export async function echoThroughRelay(open: OpenAllocation, run: CheckRun): Promise<boolean> {
  const { client, session, allocation } = open;
  const { relayed } = allocation;
  const payload = run.context.randomBytes(PAYLOAD_BYTES);
  run.say(`→ ${PAYLOAD_BYTES} bytes to ${relayed.address}:${relayed.port} through the relay`);
  const came = await repeatUntil(
    run.signal,
    () => session.send(relayed, payload),
    (arrived) =>
      client.onIndication((message) => {
        const isOurs = dataOf(message)?.payload.equals(payload) === true;
        if (isOurs) arrived();
        return isOurs;
      }),
  );
  run.say(came ? "← the same bytes" : "← nothing came back");
  return came;
}
