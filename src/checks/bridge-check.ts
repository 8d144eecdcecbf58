/** Check kind `bridge`: a videobridge is healthy, known to the focus, and media connects to it and stays. */
import { askFocus, type BridgeFinding, hasOtherBridge } from "./bridge/focus-view.ts";
import {
  judgeRegistration,
  leavingOf,
  type Leaving,
  readHealth,
  readStatistics,
} from "./bridge/bridge-state.ts";
import { connectAndHold, type Way } from "./bridge/bridge-connections.ts";
import { type BridgeReason, bridgeReasons } from "./bridge/bridge-reasons.ts";
import { findBridgeRelayWay, openBridgeRelay } from "./bridge/bridge-relay.ts";
import {
  bridgeSchema,
  type BridgeSpec,
  expectationOf,
  meantCandidates,
  mediaPortOf,
  turnOf,
} from "./bridge/bridge-spec.ts";
import { CheckConference } from "./bridge/colibri.ts";
import { conferenceNames, endpointId } from "./bridge/conference-names.ts";
import { defineKind } from "./check-kind.ts";
import { CheckFailure, CheckRun, type Verdict } from "./check-run.ts";
import { connectReasons, type ConnectReason } from "./connect/connect-reasons.ts";
import { byRelays, bySignaling, byTlsPort } from "./explainers.ts";
import {
  addressText,
  candidateTargets,
  describeCandidate,
  judgeCandidates,
} from "./media/candidate-targets.ts";
import { type MediaReason, mediaReasons } from "./media/media-reasons.ts";
import { startMedia } from "./media/media-process.ts";
import type { MediaTransport } from "./media/media-transport.ts";
import { describeProbes, type Probed, probeTargets } from "./media/probe-targets.ts";
import type { RelayPath } from "./turn/relay-path.ts";

type Reason = BridgeReason | MediaReason | ConnectReason;

interface Finding {
  readonly reason: Reason;
  readonly message: string;
}

/** Milliseconds for giving the conference back, also when the check's own time is over. */
const EXPIRE_MS = 2_000;

export const bridgeCheck = defineKind<BridgeSpec, Reason>({
  kind: "bridge",
  schema: bridgeSchema,
  reasons: { ...connectReasons, ...mediaReasons, ...bridgeReasons },
  interval: 120_000,
  heavy: true,
  explainedBy: {
    // A Prosody that does not let the bridge in, and a jicofo that is not let in or not there.
    not_registered: [bySignaling],
    unknown_to_focus: [bySignaling],
    not_operational: [bySignaling],
    focus_unreachable: [bySignaling],
    // The relay's own check knows whom it denies and which of its ports are closed.
    relay_peer_denied: [byRelays, byTlsPort],
    relay_hairpin_failed: [byRelays, byTlsPort],
    relay_path_failed: [byRelays, byTlsPort],
  },
  target: (spec) => `${spec.address} media ${mediaPortOf(spec)}/udp`,
  run: async (spec, run) => {
    const bridge = { address: spec.address, port: spec.restPort };
    // Whom it is about, until the bridge says it itself.
    run.note({ candidates: meantCandidates(spec).map(describeCandidate).join(" ") });
    await run.phase("health", () => readHealth(bridge, run));
    const statistics = await run.phase("statistics", () => readStatistics(bridge, run));
    const leaving = leavingOf(statistics);
    // Nothing is allocated: a drain waits until the bridge is empty.
    if (leaving !== undefined) return await judgeLeaving(leaving, spec, run);
    if (spec.registered) judgeRegistration(statistics);
    const findings: Finding[] = [];
    const told = await askTheFocus(spec, run);
    if (told !== undefined) findings.push(told);

    const conference = new CheckConference(bridge, conferenceNames(spec.domain, run), run);
    try {
      findings.push(...(await testMedia(spec, conference, run)));
    } finally {
      const cleanUp = new CheckRun(run.context, AbortSignal.timeout(EXPIRE_MS));
      await run.phase("expire", () => conference.expire(cleanUp));
    }
    return verdict(findings, spec);
  },
});

async function judgeLeaving(
  { words, refuses }: Leaving,
  { focus, nickname }: BridgeSpec,
  run: CheckRun,
): Promise<Verdict<BridgeReason>> {
  const isLast =
    refuses &&
    focus !== undefined &&
    nickname !== undefined &&
    (await run.phase("focus", () => hasOtherBridge(focus, nickname, run))) === false;
  if (!isLast) return { reason: "draining", message: `it ${words}` };
  return { reason: "last_bridge_leaving", message: `it ${words}, and jicofo has no other bridge` };
}

async function askTheFocus(
  { focus, nickname }: BridgeSpec,
  run: CheckRun,
): Promise<BridgeFinding | undefined> {
  return focus === undefined ? undefined : await run.phase("focus", () => askFocus(focus, nickname, run));
}

/** The first of what was found; what people cannot meet for has ended the ladder before. */
function verdict([first]: readonly Finding[], spec: BridgeSpec): Verdict<Reason | "ok"> {
  if (first !== undefined) return { ...first, severity: "warning" };
  const words = spec.connect ? "connections are made and last" : "its media port answers";
  return { reason: "ok", message: `healthy, ${words}` };
}

async function testMedia(
  spec: BridgeSpec,
  conference: CheckConference,
  run: CheckRun,
): Promise<readonly Finding[]> {
  // It takes longer to load than everything up to where it is needed.
  const media = spec.connect ? startMedia(run) : undefined;
  let relay: RelayPath | undefined;
  try {
    const transport = await run.phase("allocate", () => conference.allocate(endpointId(run)));
    const { probes, findings } = await judgeDirect(spec, transport, run);
    if (media === undefined) return findings;
    const ways: Way[] = [];
    for (const { target } of probes.filter(({ failure }) => failure === undefined)) {
      ways.push({
        // The one that was asked has pairs with sockets that are closed by now.
        ...(await another(conference, run)),
        name: `${target.isPublic ? "direct" : "container"} ${addressText(target.to)}`,
        to: target.to,
      });
    }
    const turn = turnOf(spec);
    if (turn !== undefined) relay = await run.phase("relay", () => openBridgeRelay(turn, run));
    if (relay !== undefined) {
      const path = relay;
      const own = await another(conference, run);
      const way = await run.phase("relay candidates", () => findBridgeRelayWay(path, own.transport, run));
      if (way?.denied !== undefined) findings.push({ reason: "relay_peer_denied", message: way.denied });
      if (way !== undefined) ways.push({ ...own, name: `relay ${turn?.transport}`, to: way.local, relay });
    }
    await connectAndHold(ways, spec.hold, { conference, media }, run);
    return findings;
  } finally {
    media?.close();
    await relay?.close();
  }
}

async function another(conference: CheckConference, run: CheckRun): Promise<Omit<Way, "name" | "to">> {
  const id = endpointId(run);
  return { endpointId: id, transport: await conference.allocate(id) };
}

/** Each candidate asked once; a public one that is silent ends the ladder, a private one is told of. */
async function judgeDirect(
  spec: BridgeSpec,
  transport: MediaTransport,
  run: CheckRun,
): Promise<{ readonly probes: readonly Probed[]; readonly findings: Finding[] }> {
  run.note({ candidates: transport.candidates.map(describeCandidate).join(" ") });
  const expected = expectationOf(spec);
  judgeCandidates(transport.candidates, expected);
  const targets = candidateTargets(transport.candidates, expected);
  const probes = await run.phase("candidates", () => probeTargets(targets, transport, run));
  const failed = probes.flatMap(({ target, failure }) =>
    failure === undefined ? [] : [{ target, failure }],
  );
  const blocked = failed.find(({ target }) => target.isPublic);
  const words = describeProbes(probes);
  if (blocked !== undefined) throw new CheckFailure(blocked.failure.reason, words);
  if (targets.length === 0) {
    throw new CheckFailure<MediaReason>("no_public_candidate", "the bridge tells participants no address");
  }
  return {
    probes,
    findings: failed.length === 0 ? [] : [{ reason: "private_candidate_silent", message: words }],
  };
}
