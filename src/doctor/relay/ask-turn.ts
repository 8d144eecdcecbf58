/** Asks a TURN server with the credential that the site handed out. */
import { CheckFailure, type CheckRun } from "../../checks/check-run.ts";
import type { CheckResult } from "../../checks/check.ts";
import { connectReasons, tlsReasons } from "../../checks/connect/connect-reasons.ts";
import { findAddress } from "../../checks/connect/find-address.ts";
import { sameIp } from "../../checks/stun/stun-address.ts";
import { stunReasons } from "../../checks/stun/stun-reasons.ts";
import { privateAllowed } from "../../checks/turn/open-peers.ts";
import { climbTurnLadder, type TurnExpectation } from "../../checks/turn/turn-ladder.ts";
import { type TurnReason, turnReasons } from "../../checks/turn/turn-reasons.ts";
import { findingOf } from "../finding.ts";
import type { Finding } from "../report.ts";
import type { Tools } from "../step.ts";
import { hostAndPort } from "../words.ts";
import type { TurnWish } from "./relay-wishes.ts";

const TIMEOUT_MS = 12_000;

/** The whole ladder: an allocation, and data through it and back. */
export async function askTurn(
  wish: TurnWish,
  tools: Tools,
  more: Partial<TurnExpectation> = {},
): Promise<CheckResult> {
  const { host, port, transport, credential } = wish;
  const { allowSelfSigned } = tools.request;
  const expected = { ...EXPECTED, outside: transport === "udp", ...more };
  const { result } = await tools.ask({
    kind: "turn",
    target: `${hostAndPort(host, port)}/${transport}`,
    reasons: { ...connectReasons, ...tlsReasons, ...stunReasons, ...turnReasons },
    timeout: TIMEOUT_MS,
    work: async (run) => {
      const address = await findAddress({ host }, run);
      const server = { host, address, port, transport, allowSelfSigned };
      try {
        const verdict = await climbTurnLadder(server, { kind: "given", credential }, expected, run);
        await refuseStray(host, run);
        return verdict;
      } catch (error) {
        // Nothing arrives there because it is nobody's address: that is the cause.
        if (error instanceof CheckFailure && LOST.includes(error.reason)) await refuseStray(host, run);
        throw error;
      }
    },
    describe: (verdict) => verdict,
  });
  return result;
}

const LOST: readonly string[] = ["relay_range_closed", "data_lost"] satisfies readonly TurnReason[];

/** A relay at another address than its server's is right where packets sent there come back, and else is nobody's. */
async function refuseStray(host: string, { context, evidence }: CheckRun): Promise<void> {
  const { outside, relayedAddress } = evidence;
  if (outside === undefined || outside === "answered") return;
  const own = await context.resolve(host).catch(() => [host]);
  if (own.some((address) => sameIp(address, String(relayedAddress)))) return;
  const message = `the relay is said to be at ${relayedAddress}, and nothing sent there comes back; the server is at ${own.join(", ")}`;
  throw new CheckFailure<TurnReason>("wrong_relayed_address", message);
}

const EXPECTED: TurnExpectation = {
  echo: true,
  /** Only over UDP: a proxy in front of TCP and TLS would be taken for us, and our own packets for a stranger's. */
  outside: false,
  allowedPeers: [],
  refusedPeers: [],
  refuseExpired: false,
  refuseTcpRelay: false,
};

/**
 * A relay into somebody's own network keeps nobody from meeting, and is a hole all the same. What else ends the question,
 * such as a quota that leaves no second allocation for IPv6, says nothing against what was found before.
 */
export async function askInward(wish: TurnWish, tools: Tools): Promise<readonly Finding[]> {
  const result = await askTurn(wish, tools, { echo: false, outside: false, refusedPeers: ["private"] });
  const { openPeers } = result.evidence;
  if (openPeers === undefined) return [];
  const { reason, message, evidence } = privateAllowed([String(openPeers)]);
  return findingOf({ ...result, reason, message, evidence, severity: "warning" });
}
