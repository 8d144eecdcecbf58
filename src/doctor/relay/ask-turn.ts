/** Asks a TURN server with the credential that the site handed out. */
import { CheckFailure, type CheckRun } from "../../checks/check-run.ts";
import type { CheckResult } from "../../checks/check.ts";
import { connectReasons, tlsReasons } from "../../checks/connect/connect-reasons.ts";
import { findAddress } from "../../checks/connect/find-address.ts";
import { sameIp } from "../../checks/stun/stun-address.ts";
import { stunReasons } from "../../checks/stun/stun-reasons.ts";
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
      const verdict = await climbTurnLadder(server, { kind: "given", credential }, expected, run);
      refuseStray(await run.context.resolve(host).catch(() => [host]), run);
      return verdict;
    },
    describe: (verdict) => verdict,
  });
  return result;
}

/** A relay at another address than its server's is right where packets sent there come back, and else is nobody's. */
function refuseStray(own: readonly string[], { evidence }: CheckRun): void {
  const { outside, relayedAddress } = evidence;
  if (outside === undefined || outside === "answered") return;
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

/** A relay into somebody's own network keeps nobody from meeting, and is a hole all the same. */
export async function askInward(wish: TurnWish, tools: Tools): Promise<readonly Finding[]> {
  const result = await askTurn(wish, tools, { echo: false, outside: false, refusedPeers: ["private"] });
  if (result.reason !== "private_peer_allowed") return [];
  return findingOf(result).map((found) => ({ ...found, severity: "warning" }));
}
