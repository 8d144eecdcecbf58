/** Whether a relay carries data, and which part of its way does not. */
import { isIPv6 } from "node:net";
import { CheckFailure, type CheckRun } from "../check-run.ts";
import { sameIp } from "../stun/stun-address.ts";
import { echoFromOutside, type OutsideEcho } from "./outside-echo.ts";
import { judgePermission } from "./permission.ts";
import { echoThroughRelay } from "./relay-echo.ts";
import type { TurnReason } from "./turn-reasons.ts";
import type { OpenAllocation } from "./with-allocation.ts";

/**
 * Both echoes run at once, as each waits 2.5 s for what does not come. Fails with `forbidden_peer`, `data_lost`,
 * `own_relay_unreachable`, `relay_range_closed` or `relay_replies_lost`.
 */
export async function judgeData(open: OpenAllocation, outside: boolean, run: CheckRun): Promise<void> {
  const { session, allocation } = open;
  const { relayed } = allocation;
  const [refusal, mayComeFromHere] = await run.phase("permission", () =>
    Promise.all([session.permit(relayed.address), outside ? permitOurselves(open, run) : false]),
  );
  judgePermission(refusal, relayed.address);
  const [echo, fromHere] = await run.phase("data", () =>
    Promise.all([
      echoThroughRelay(open, run),
      mayComeFromHere ? echoFromOutside(open, run) : ("not_tested" as const),
    ]),
  );
  if (outside) run.note({ outside: fromHere });
  run.signal.throwIfAborted();
  judge(echo, fromHere, `${relayed.address}:${relayed.port}`);
}

/**
 * A relay refuses its own host, and whoever sits in a private network beside it; and coturn (4.6.1) takes its own
 * public address for itself, also when it is the host's that it is asked from. Then this cannot be tested from here.
 */
async function permitOurselves({ session, allocation }: OpenAllocation, run: CheckRun): Promise<boolean> {
  const { relayed, reflexive } = allocation;
  if (reflexive === undefined || isIPv6(reflexive.address) !== isIPv6(relayed.address)) return false;
  if (sameIp(reflexive.address, relayed.address)) return false;
  const refusal = await session.permit(reflexive.address);
  if (refusal === undefined) return true;
  run.say(`the relay does not let ${reflexive.address} be reached: not tested from here`);
  return false;
}

function judge(echo: boolean, outside: OutsideEcho, relayed: string): void {
  const isHeard = outside === "answered" || outside === "arrived";
  if (!echo && isHeard) {
    throw failure("own_relay_unreachable", `the relay reaches us, but not its own address ${relayed}`);
  }
  if (!echo) throw failure("data_lost", `data sent to the relayed address ${relayed} did not come back`);
  if (outside === "lost") {
    throw failure("relay_range_closed", `what is sent from here to ${relayed} does not arrive at the relay`);
  }
  if (outside === "arrived") {
    throw failure("relay_replies_lost", `what ${relayed} sends back to us does not arrive`);
  }
}

function failure(reason: TurnReason, message: string): CheckFailure<TurnReason> {
  return new CheckFailure(reason, message);
}
