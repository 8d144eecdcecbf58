/** Check kind `bridge`: a videobridge is healthy, allocates, and its media port answers the allocated credentials. */
import { z } from "zod";
import { type BridgeReason, bridgeReasons } from "./bridge/bridge-reasons.ts";
import {
  allocateConference,
  type BridgeEndpoint,
  type ConferenceNames,
  expireConference,
  type MediaCandidate,
  type MediaTransport,
  readHealth,
  readStatistics,
} from "./bridge/colibri.ts";
import { checkMediaPort } from "./bridge/media-port.ts";
import { defineKind } from "./check-kind.ts";
import { CheckFailure, CheckRun } from "./check-run.ts";
import { connectReasons, type ConnectReason } from "./connect/connect-reasons.ts";
import { durationField, hostField, ipField, portField } from "./spec-values.ts";
import { sameIp } from "./stun/stun-address.ts";

const schema = z.strictObject({
  address: ipField,
  restPort: portField.default(8080),
  publicAddresses: z.array(ipField).default([]),
  mediaPort: z.int().min(1).max(65_535).default(10_000),
  mediaPortPlus: z.int().min(0).max(1_000).default(0),
  via: z.array(ipField).min(1).max(8).optional(),
  domain: hostField.default("check.invalid"),
  timeout: durationField.default(10_000),
});

type BridgeSpec = z.output<typeof schema>;

/** Milliseconds for giving the conference back, also when the check's own time is over. */
const EXPIRE_MS = 2_000;

export const bridgeCheck = defineKind<BridgeSpec, BridgeReason | ConnectReason>({
  kind: "bridge",
  interval: 60_000,
  schema,
  reasons: { ...connectReasons, ...bridgeReasons },
  target: (spec) => `${spec.address} media ${mediaPortOf(spec)}/udp`,
  run: async (spec, run) => {
    const bridge = { address: spec.address, port: spec.restPort };
    await run.phase("health", () => readHealth(bridge, run));
    await run.phase("statistics", () => readStatistics(bridge, run));
    const names = conferenceNames(spec, run);
    try {
      const transport = await run.phase("allocate", () => allocateConference(bridge, names, run));
      await judgeMedia(spec, transport, run);
    } finally {
      await expire(bridge, names.meetingId, run);
    }
    return { reason: "ok", message: `healthy, media answers on ${viaOf(spec).join(" and ")}` };
  },
});

async function judgeMedia(spec: BridgeSpec, transport: MediaTransport, run: CheckRun): Promise<void> {
  run.note({ candidates: transport.candidates.map(describe).join(" ") });
  for (const candidate of transport.candidates) run.say(`candidate ${describe(candidate)}`);
  judgeCandidates(spec, transport.candidates);
  for (const address of viaOf(spec)) {
    await run.phase(`media ${address}`, () => checkMediaPort(address, mediaPortOf(spec), transport, run));
  }
}

/** The candidates are what participants get: without the public address they cannot reach the bridge. */
function judgeCandidates(spec: BridgeSpec, candidates: readonly MediaCandidate[]): void {
  if (spec.publicAddresses.length === 0) return;
  const expected = spec.publicAddresses.join(" or ");
  const got = candidates.map(describe).join(", ") || "none";
  const reachable = candidates.filter(({ ip }) =>
    spec.publicAddresses.some((address) => sameIp(address, ip)),
  );
  if (reachable.length === 0) {
    throw new CheckFailure<BridgeReason>(
      "no_public_candidate",
      `no candidate has ${expected}; candidates: ${got}`,
    );
  }
  if (!reachable.some(({ port }) => port === mediaPortOf(spec))) {
    const message = `no public candidate has port ${mediaPortOf(spec)}; candidates: ${got}`;
    throw new CheckFailure<BridgeReason>("wrong_media_port", message);
  }
}

async function expire(bridge: BridgeEndpoint, meetingId: string, run: CheckRun): Promise<void> {
  const cleanup = new CheckRun(run.context, AbortSignal.timeout(EXPIRE_MS));
  await run.phase("expire", () => expireConference(bridge, meetingId, cleanup));
}

/** Unguessable, so that it can never be the room of a person. */
function conferenceNames(spec: BridgeSpec, run: CheckRun): ConferenceNames {
  const hex = Buffer.from(run.context.randomBytes(20)).toString("hex");
  const uuid = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  const name = `convene-check-${hex.slice(0, 16)}@conference.${spec.domain}`;
  return { meetingId: uuid.join("-"), name, endpointId: hex.slice(32, 40) };
}

function mediaPortOf(spec: BridgeSpec): number {
  return spec.mediaPort + spec.mediaPortPlus;
}

function viaOf(spec: BridgeSpec): readonly string[] {
  return spec.via ?? [spec.address];
}

function describe({ ip, port, type }: MediaCandidate): string {
  return `${ip}:${port}/${type}`;
}
