/** How it is told that a relay reaches addresses it must not: alone, or beside what else is wrong with it. */
import { CheckFailure } from "../check-run.ts";
import { type TurnReason, turnReasons } from "./turn-reasons.ts";

export function privateAllowed(peers: readonly string[]): CheckFailure<TurnReason> {
  const list = peers.join(", ");
  return new CheckFailure<TurnReason>("private_peer_allowed", `the relay lets clients reach ${list}`, {
    evidence: { peer: list, openPeers: list },
  });
}

/** Both faults in one failure, whose reason is what keeps people from meeting; where that does not, it is the open relay. */
export function besideOpenPeers(failure: CheckFailure, peers: readonly string[]): CheckFailure {
  if (peers.length === 0) return failure;
  const open = privateAllowed(peers);
  const [first, second] = isWarning(failure.reason) ? [open, failure] : [failure, open];
  return new CheckFailure(first.reason, `${first.message}; ${second.message}`, {
    cause: failure,
    evidence: { ...second.evidence, ...first.evidence },
  });
}

function isWarning(reason: string): boolean {
  const table: Readonly<Record<string, { readonly severity: string }>> = turnReasons;
  return table[reason]?.severity === "warning";
}
