/** Whom a relay lets its clients reach: exactly the bridges among the addresses that are not on the internet. */
import { isIPv6 } from "node:net";
import { CheckFailure, CheckRun } from "../check-run.ts";
import type { TurnCredential } from "../stun/credentials.ts";
import { sameIp, type TransportAddress } from "../stun/stun-address.ts";
import { describeError, type StunError } from "../stun/stun-message.ts";
import type { TurnServer } from "./open-turn-channel.ts";
import { PRIVATE_PEERS } from "./private-peers.ts";
import type { TurnReason } from "./turn-reasons.ts";
import type { TurnSession } from "./turn-session.ts";
import { withAllocation } from "./with-allocation.ts";

export interface PeerExpectation {
  /** Must be permitted: the bridges. */
  readonly allowedPeers: readonly string[];
  /** Must be refused. */
  readonly refusedPeers: readonly string[];
}

/** `private` stands for representative private addresses, without those that are allowed and the relay's own. */
export function refusedPeersOf(
  wanted: readonly string[],
  allowed: readonly string[],
  relayed: TransportAddress,
): readonly string[] {
  const tolerated = [...allowed, relayed.address];
  const privates = PRIVATE_PEERS.filter((peer) => !tolerated.some((other) => sameIp(peer, other)));
  return wanted.flatMap((peer) => (peer === "private" ? privates : [peer]));
}

/**
 * Asks for one permission for each peer of the allocation's family, all at once; coturn (4.6.1) refuses a denied
 * peer here with 403. Nothing is sent to any of them. Gives those that must be refused and are not; fails with
 * `bridge_denied`, `permission_failed` or `permission_timeout`.
 */
export async function judgePeers(
  session: TurnSession,
  expected: PeerExpectation,
  family: "ipv4" | "ipv6",
  run: CheckRun,
): Promise<readonly string[]> {
  const ofFamily = (peer: string): boolean => isIPv6(peer) === (family === "ipv6");
  const allowed = expected.allowedPeers.filter(ofFamily);
  const refused = expected.refusedPeers.filter(ofFamily);
  if (allowed.length + refused.length === 0) return [];
  return await run.phase("peers", async () => {
    const ask = (peer: string): Promise<StunError | undefined> => session.permit(peer);
    const [toAllowed, toRefused] = await Promise.all([
      Promise.all(allowed.map(ask)),
      Promise.all(refused.map(ask)),
    ]);
    judgeAllowed(allowed, toAllowed);
    return refused.filter((_, index) => toRefused[index] === undefined);
  });
}

/** The peers of IPv6, for which an allocation of their family is needed; a server without one reaches none of them. */
export async function judgeIpv6Peers(
  server: TurnServer,
  credential: TurnCredential,
  expected: PeerExpectation,
  run: CheckRun,
): Promise<readonly string[]> {
  if (![...expected.allowedPeers, ...expected.refusedPeers].some((peer) => isIPv6(peer))) return [];
  const attempt = new CheckRun(run.context, run.signal);
  try {
    const open = await run.phase("peers ipv6", () =>
      withAllocation(server, { credential, wish: { family: "ipv6" } }, attempt, ({ session }) =>
        judgePeers(session, expected, "ipv6", attempt),
      ),
    );
    run.note({ ipv6Relay: true });
    return open;
  } catch (error) {
    if (!(error instanceof CheckFailure) || error.evidence["errorCode"] !== FAMILY_UNSUPPORTED) throw error;
    run.note({ ipv6Relay: false });
    run.say("the server relays no IPv6");
    return [];
  }
}

/** RFC 8656 section 18.13. */
const FAMILY_UNSUPPORTED = 440;

function judgeAllowed(peers: readonly string[], answers: readonly (StunError | undefined)[]): void {
  for (const [index, peer] of peers.entries()) {
    const error = answers[index];
    if (error === undefined) continue;
    const reason: TurnReason = error.code === 403 ? "bridge_denied" : "permission_failed";
    const message = `the relay does not let clients reach ${peer}: ${describeError(error)}`;
    throw new CheckFailure<TurnReason>(reason, message, { evidence: { peer, errorCode: error.code } });
  }
}
