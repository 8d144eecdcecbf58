/** Where a bridge's candidates are asked: as they are told, and the public ones where the host listens for them. Pure. */
import { isIP } from "node:net";
import { CheckFailure } from "../check-run.ts";
import { sameIp, type TransportAddress } from "../stun/stun-address.ts";
import type { MediaReason } from "./media-reasons.ts";
import type { MediaCandidate } from "./media-transport.ts";

export interface CandidateTarget {
  readonly candidate: MediaCandidate;
  readonly isPublic: boolean;
  /** Where packets are sent. */
  readonly to: TransportAddress;
}

export interface Expectation {
  /** Without any, every candidate is as good as another. */
  readonly publicAddresses: readonly string[];
  /** UDP port of public candidates; undefined: any. */
  readonly mediaPort: number | undefined;
  /** Addresses of the host that public ones lead to, when it is behind NAT. */
  readonly via: readonly string[];
}

/**
 * The candidates are what participants get: without the public address they cannot reach the bridge. Fails with
 * `no_public_candidate` or `wrong_media_port`.
 */
export function judgeCandidates(candidates: readonly MediaCandidate[], expected: Expectation): void {
  const { publicAddresses, mediaPort } = expected;
  if (publicAddresses.length === 0) return;
  const got = candidates.map(describeCandidate).join(", ") || "none";
  const reachable = candidates.filter(({ ip }) => isOneOf(ip, publicAddresses));
  if (reachable.length === 0) {
    const message = `no candidate has ${publicAddresses.join(" or ")}; candidates: ${got}`;
    throw new CheckFailure<MediaReason>("no_public_candidate", message);
  }
  if (mediaPort === undefined || reachable.some(({ port }) => port === mediaPort)) return;
  const message = `no public candidate has port ${mediaPort}; candidates: ${got}`;
  throw new CheckFailure<MediaReason>("wrong_media_port", message);
}

/** At most so many are asked: a bridge has two, or four with IPv6. */
const MOST = 8;

/** Candidates that are no addresses (mDNS names) are left out, and nothing is asked twice. */
export function candidateTargets(
  candidates: readonly MediaCandidate[],
  { publicAddresses, via }: Expectation,
): readonly CandidateTarget[] {
  const targets = candidates.flatMap((candidate) => targetsOf(candidate, publicAddresses, via));
  const byAddress = new Map(targets.map((target) => [addressText(target.to), target]));
  return [...byAddress.values()].slice(0, MOST);
}

function targetsOf(
  candidate: MediaCandidate,
  publicAddresses: readonly string[],
  via: readonly string[],
): readonly CandidateTarget[] {
  const { ip, port } = candidate;
  if (isIP(ip) === 0) return [];
  const isPublic = publicAddresses.length === 0 || isOneOf(ip, publicAddresses);
  const hosts = isPublic ? via.filter((address) => isIP(address) === isIP(ip)) : [];
  const addresses = hosts.length === 0 ? [ip] : hosts;
  return addresses.map((address) => ({ candidate, isPublic, to: { address, port } }));
}

function isOneOf(ip: string, addresses: readonly string[]): boolean {
  return addresses.some((address) => sameIp(address, ip));
}

export function describeCandidate({ ip, port, type }: MediaCandidate): string {
  return `${addressText({ address: ip, port })}/${type}`;
}

/** `192.0.2.1:10000`, `[2001:db8::1]:10000`. */
export function addressText({ address, port }: TransportAddress): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
