/** A bridge's candidates as a relay sees them: each asked once through it, and what the answers mean. */
import { isIP } from "node:net";
import { CheckFailure, CheckRun } from "../check-run.ts";
import { sameIp, type TransportAddress } from "../stun/stun-address.ts";
import type { RelayPath } from "../turn/relay-path.ts";
import type { TurnReason } from "../turn/turn-reasons.ts";
import { addressText } from "./candidate-targets.ts";
import { checkMediaPort } from "./media-port.ts";
import type { MediaReason } from "./media-reasons.ts";
import type { MediaCandidate, MediaTransport } from "./media-transport.ts";

export interface RelayWay {
  /** Local address that stands for the candidate that answered first. */
  readonly local: TransportAddress;
  /** In words; undefined when coturn refuses no candidate as a peer. */
  readonly denied: string | undefined;
}

interface Forwarded {
  readonly candidate: MediaCandidate;
  readonly local: TransportAddress;
}

const LOOPBACK = "127.0.0.1";
const MOST = 4;

/**
 * Fails with `relay_peer_denied`, `relay_hairpin_failed` or `relay_path_failed` when no candidate answers, and as
 * `RelayPath.forward` does. Only candidates of the relayed address' family are tried: coturn relays to no other.
 *
 * coturn 4.6.1 takes a peer with its own public address (`external-ip=PUBLIC/PRIVATE`) for itself and sends to its
 * private one, so a bridge behind the same public address is reached by its container's address only.
 */
export async function findRelayWay(
  path: RelayPath,
  transport: MediaTransport,
  run: CheckRun,
): Promise<RelayWay> {
  const candidates = transport.candidates.filter(({ ip }) => isIP(ip) === isIP(path.relayed.address));
  const denied: MediaCandidate[] = [];
  const forwarded: Forwarded[] = [];
  for (const candidate of candidates.slice(0, MOST)) {
    const local = await forward(path, candidate);
    if (local === undefined) denied.push(candidate);
    else forwarded.push({ candidate, local });
  }
  const words = denied.length === 0 ? undefined : `coturn refuses ${listed(denied)} as a peer`;
  const isItself = ({ candidate }: Forwarded): boolean => sameIp(candidate.ip, path.relayed.address);
  // What coturn sends to itself is refused there, and the refusal costs it the next packet of another peer.
  const local =
    (await firstToAnswer(
      forwarded.filter((one) => !isItself(one)),
      transport,
      run,
    )) ?? (await firstToAnswer(forwarded.filter(isItself), transport, run));
  if (local !== undefined) return { local, denied: words };
  if (words !== undefined) throw failure("relay_peer_denied", `${words}, and reaches no other address of it`);
  throw silence(candidates, path.relayed);
}

/** Undefined when coturn refuses the peer. */
async function forward(path: RelayPath, { ip, port }: MediaCandidate): Promise<TransportAddress | undefined> {
  try {
    return await path.forward({ address: ip, port }, LOOPBACK);
  } catch (error) {
    const isDenied =
      error instanceof CheckFailure && error.reason === ("forbidden_peer" satisfies TurnReason);
    if (isDenied) return undefined;
    throw error;
  }
}

async function firstToAnswer(
  forwarded: readonly Forwarded[],
  transport: MediaTransport,
  run: CheckRun,
): Promise<TransportAddress | undefined> {
  const enough = new AbortController();
  // The local addresses are our own; whom the relay may be asked to reach is the site's matter, which named them.
  const { contacts: _bounds, ...context } = run.context;
  const brief = new CheckRun(context, AbortSignal.any([run.signal, enough.signal]));
  const asked = forwarded.map(async ({ candidate, local }) => {
    await checkMediaPort(local, transport, brief);
    run.say(`through the relay ${addressText({ address: candidate.ip, port: candidate.port })} answers`);
    return local;
  });
  try {
    return await Promise.any(asked);
  } catch {
    run.signal.throwIfAborted();
    return undefined;
  } finally {
    enough.abort();
    await Promise.allSettled(asked);
  }
}

function silence(
  candidates: readonly MediaCandidate[],
  relayed: TransportAddress,
): CheckFailure<MediaReason> {
  const from = listed(candidates) || "the bridge, which has no address of the relay's kind";
  const message = `nothing comes back through the relay ${addressText(relayed)} from ${from}`;
  const isItself = candidates.length > 0 && candidates.every(({ ip }) => sameIp(ip, relayed.address));
  return failure(isItself ? "relay_hairpin_failed" : "relay_path_failed", message);
}

function listed(candidates: readonly MediaCandidate[]): string {
  return candidates.map(({ ip, port }) => addressText({ address: ip, port })).join(" and ");
}

function failure(reason: MediaReason, message: string): CheckFailure<MediaReason> {
  return new CheckFailure(reason, message);
}
