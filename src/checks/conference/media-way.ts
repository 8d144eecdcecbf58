/** Which of the offered addresses a participant connects to: each has been asked before, on the way the media will take. */
import { CheckFailure, type CheckRun } from "../check-run.ts";
import {
  candidateTargets,
  describeCandidate,
  type Expectation,
  judgeCandidates,
} from "../media/candidate-targets.ts";
import type { MediaReason } from "../media/media-reasons.ts";
import { describeProbes, probeTargets } from "../media/probe-targets.ts";
import { findRelayWay } from "../media/relay-way.ts";
import type { TransportAddress } from "../stun/stun-address.ts";
import type { RelayPath } from "../turn/relay-path.ts";
import type { Offer } from "./jingle-offer.ts";

/** Fails with a MediaReason. Without a relay the public addresses must answer: they are what people elsewhere have. */
export async function findMediaWay(
  { transport }: Offer,
  expected: Expectation,
  relay: RelayPath | undefined,
  run: CheckRun,
): Promise<readonly TransportAddress[]> {
  run.note({ candidates: transport.candidates.map(describeCandidate).join(" ") });
  judgeCandidates(transport.candidates, expected);
  if (relay !== undefined) {
    return [(await findRelayWay(relay, transport, run)).local];
  }
  const told = candidateTargets(transport.candidates, expected).filter(({ isPublic }) => isPublic);
  const targets = told.filter(({ to }) => run.context.contacts?.refusal(to.address) === undefined);
  if (targets.length === 0 && told.length > 0) {
    const got = told.map(({ candidate }) => describeCandidate(candidate)).join(", ");
    throw new CheckFailure<MediaReason>(
      "no_public_candidate",
      `no candidate may be contacted; there are: ${got}`,
    );
  }
  const probes = await probeTargets(targets, transport, run);
  const answering = probes.flatMap(({ target, failure }) => (failure === undefined ? [target.to] : []));
  if (answering.length > 0) return answering;
  const reason = probes[0]?.failure?.reason ?? ("no_public_candidate" satisfies MediaReason);
  throw new CheckFailure(
    reason,
    describeProbes(probes) || "the offer names no address that can be contacted",
  );
}
