/** The rungs of TURN in order: challenge, credential, allocation, its address, peers, data, and what must be refused. */
import { isIPv6 } from "node:net";
import { CheckFailure, CheckRun, type Verdict } from "../check-run.ts";
import {
  connectReasons,
  type ConnectReason,
  tlsReasons,
  type TlsReason,
} from "../connect/connect-reasons.ts";
import type { TurnCredential } from "../stun/credentials.ts";
import { sameIp, type TransportAddress } from "../stun/stun-address.ts";
import { stunReasons, type StunReason } from "../stun/stun-reasons.ts";
import { type CredentialSource, firstCredential, mintForCheck } from "./credential-source.ts";
import { explainRefusal } from "./explain-refusal.ts";
import { judgeData } from "./judge-data.ts";
import { besideOpenPeers, privateAllowed } from "./open-peers.ts";
import { judgeIpv6Peers, judgePeers, refusedPeersOf } from "./judge-peers.ts";
import type { TurnServer } from "./open-turn-channel.ts";
import { type TurnReason, turnReasons } from "./turn-reasons.ts";
import type { OpenAllocation } from "./with-allocation.ts";
import { withAllocation } from "./with-allocation.ts";

export interface TurnExpectation {
  readonly realm?: string | undefined;
  /** The relayed address must be one of these. */
  readonly relayAddresses?: readonly string[] | undefined;
  readonly relayPorts?: { readonly first: number; readonly last: number } | undefined;
  /** Data through the relay to itself. */
  readonly echo: boolean;
  /** Data from here to the relayed port as well, over UDP and where the relay lets us. */
  readonly outside: boolean;
  readonly allowedPeers: readonly string[];
  /** IP addresses, or `private` for representative ones. */
  readonly refusedPeers: readonly string[];
  /** A credential that expired an hour ago must be refused; only with a secret. */
  readonly refuseExpired: boolean;
  /** A relay for TCP connections must be refused; only over a stream. */
  readonly refuseTcpRelay: boolean;
}

/** Every reason the ladder can end with. */
export const turnLadderReasons = { ...connectReasons, ...tlsReasons, ...stunReasons, ...turnReasons };

export type TurnLadderReason = TurnReason | StunReason | ConnectReason | TlsReason;

/** Throws CheckFailure with a TurnLadderReason; what needs telling but keeps nobody from meeting is a verdict. */
export async function climbTurnLadder(
  server: TurnServer,
  source: CredentialSource,
  expected: TurnExpectation,
  run: CheckRun,
): Promise<Verdict<TurnLadderReason | "ok">> {
  const credential = firstCredential(source, run.context.clock.now());
  const message = await climb(server, source, credential, expected, run);
  if (expected.refuseExpired && source.kind === "secret") {
    const expired = mintForCheck(source.secret, run.context.clock.now(), -EXPIRED_SECONDS);
    if (await isGiven(server, { credential: expired }, "expired", run)) {
      return { reason: "clock_behind", message: "a credential that expired an hour ago is taken" };
    }
  }
  if (expected.refuseTcpRelay && server.transport !== "udp") {
    if (await isGiven(server, { credential, wish: { relay: "tcp" } }, "tcp relay", run)) {
      return { reason: "tcp_relay_allowed", message: "the server gives relays for TCP connections" };
    }
  }
  return { reason: "ok", message };
}

const EXPIRED_SECONDS = 3_600;

async function climb(
  server: TurnServer,
  source: CredentialSource,
  credential: TurnCredential,
  expected: TurnExpectation,
  run: CheckRun,
): Promise<string> {
  const judge = ({ realm }: { readonly realm: string }): void => {
    if (expected.realm === undefined || realm === expected.realm) return;
    throw failure("wrong_realm", `the server's realm is ${realm}, not ${expected.realm}`);
  };
  try {
    return await withAllocation(server, { credential, judge }, run, (open) =>
      judgeAllocation(server, credential, open, expected, run),
    );
  } catch (error) {
    const isRefused =
      error instanceof CheckFailure && error.reason === ("credential_refused" satisfies TurnReason);
    if (!isRefused || source.kind !== "secret") throw error;
    throw await explainRefusal(error, server, source.secret, run);
  }
}

/** The rungs that stand on the allocation. */
async function judgeAllocation(
  server: TurnServer,
  credential: TurnCredential,
  open: OpenAllocation,
  expected: TurnExpectation,
  run: CheckRun,
): Promise<string> {
  const { relayed } = open.allocation;
  run.note({ relayedAddress: relayed.address, relayedPort: relayed.port });
  judgeRelayed(expected, relayed);
  const { allowedPeers } = expected;
  const peers = { allowedPeers, refusedPeers: refusedPeersOf(expected.refusedPeers, allowedPeers, relayed) };
  const family = isIPv6(relayed.address) ? "ipv6" : "ipv4";
  const openPeers = [...(await judgePeers(open.session, peers, family, run))];
  try {
    if (family === "ipv4") openPeers.push(...(await judgeIpv6Peers(server, credential, peers, run)));
    if (expected.echo) await judgeData(server, open, expected, run);
  } catch (error) {
    throw error instanceof CheckFailure ? besideOpenPeers(error, openPeers) : error;
  }
  if (openPeers.length > 0) throw privateAllowed(openPeers);
  return `${expected.echo ? "relays through" : "allocated"} ${relayed.address}`;
}

function judgeRelayed({ relayAddresses, relayPorts }: TurnExpectation, relayed: TransportAddress): void {
  if (relayAddresses !== undefined && !relayAddresses.some((address) => sameIp(address, relayed.address))) {
    const message = `the relayed address is ${relayed.address}, expected ${relayAddresses.join(" or ")}`;
    throw failure("wrong_relayed_address", message);
  }
  if (relayPorts !== undefined && (relayed.port < relayPorts.first || relayed.port > relayPorts.last)) {
    const message = `the relayed port is ${relayed.port}, expected ${relayPorts.first}-${relayPorts.last}`;
    throw failure("wrong_relayed_port", message);
  }
}

/** Whether the server gives an allocation that it must refuse; any error code is a refusal. */
async function isGiven(
  server: TurnServer,
  request: Parameters<typeof withAllocation>[1],
  phase: string,
  run: CheckRun,
): Promise<boolean> {
  const attempt = new CheckRun(run.context, run.signal);
  try {
    return await run.phase(phase, () =>
      withAllocation(server, request, attempt, () => Promise.resolve(true)),
    );
  } catch (error) {
    if (error instanceof CheckFailure && typeof error.evidence["errorCode"] === "number") return false;
    throw error;
  }
}

function failure(reason: TurnReason, message: string): CheckFailure<TurnReason> {
  return new CheckFailure(reason, message);
}
