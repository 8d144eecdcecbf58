/** Whether a relay carries data, and which part of its way does not. */
import { CheckFailure, type CheckRun } from "../check-run.ts";
import { sameIp, type TransportAddress } from "../stun/stun-address.ts";
import type { TurnServer } from "./open-turn-channel.ts";
import { echoFromOutside, type OutsideEcho } from "./outside-echo.ts";
import { judgePermission } from "./permission.ts";
import { echoThroughRelay } from "./relay-echo.ts";
import type { TurnReason } from "./turn-reasons.ts";
import type { OpenAllocation } from "./with-allocation.ts";

export interface DataExpectation {
  readonly outside: boolean;
  /** Where the relay is known to be. */
  readonly relayAddresses?: readonly string[] | undefined;
}

/**
 * Both echoes run at once, as each waits 2.5 s for what does not come. The one from outside only over UDP: a proxy in
 * front of TCP and TLS would be taken for us. Fails with `forbidden_peer`, `data_lost`, `own_relay_unreachable`,
 * `relay_range_closed`, `relay_replies_lost` or `wrong_relayed_address`.
 */
export async function judgeData(
  server: TurnServer,
  open: OpenAllocation,
  expected: DataExpectation,
  run: CheckRun,
): Promise<void> {
  const { session, allocation } = open;
  const { relayed } = allocation;
  const refusal = await run.phase("permission", () => session.permit(relayed.address));
  judgePermission(refusal, relayed.address);
  const isTested = expected.outside && server.transport === "udp";
  const [echo, fromHere] = await run.phase("data", () =>
    Promise.all([
      echoThroughRelay(open, run),
      isTested ? echoFromOutside(server, open, run) : ("not_tested" as const),
    ]),
  );
  if (expected.outside) run.note({ outside: fromHere });
  run.signal.throwIfAborted();
  if (echo && fromHere === "lost") judgeStray(server, relayed, expected);
  judge(echo, fromHere, `${relayed.address}:${relayed.port}`);
}

/** A relay at another address than its server's is right where packets sent there come back, and else is nobody's. */
function judgeStray({ address }: TurnServer, relayed: TransportAddress, expected: DataExpectation): void {
  if (expected.relayAddresses !== undefined || sameIp(address, relayed.address)) return;
  const message = `the relay is said to be at ${relayed.address}, and nothing sent there comes back; the server is at ${address}`;
  throw failure("wrong_relayed_address", message);
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
