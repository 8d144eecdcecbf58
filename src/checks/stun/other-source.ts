/** Whether a binding is answered from another address than it was asked at, which a connected socket never sees. */
import type { CheckRun } from "../check-run.ts";
import { bindLoosely, openLooseDatagrams } from "./loose-datagrams.ts";
import { sameIp, type TransportAddress } from "./stun-address.ts";

/**
 * Where the answer came from, when not from where it was asked; undefined when no such answer came. Call it after a
 * binding got no answer.
 */
export async function answeredFromElsewhere(
  asked: TransportAddress,
  run: CheckRun,
): Promise<TransportAddress | undefined> {
  const datagrams = openLooseDatagrams(asked, run);
  run.say("→ binding request, listening for an answer from anywhere");
  try {
    const isElsewhere = (from: TransportAddress): boolean =>
      from.port !== asked.port || !sameIp(from.address, asked.address);
    const answer = await bindLoosely(datagrams, asked, isElsewhere, run);
    return answer === undefined ? undefined : { address: answer.from.address, port: answer.from.port };
  } finally {
    datagrams.close();
  }
}
