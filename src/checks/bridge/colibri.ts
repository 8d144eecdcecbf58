/** The videobridge's private REST interface: health, statistics, and one conference of the check's own. */
import { z } from "zod";
import { CheckFailure, CheckRun } from "../check-run.ts";
import { exchangeHttp, type HttpAnswer, type HttpQuestion } from "../connect/http-exchange.ts";
import { openTcp } from "../connect/open-tcp.ts";
import type { BridgeReason } from "./bridge-reasons.ts";

export interface BridgeEndpoint {
  /** Container address of the private HTTP server. */
  readonly address: string;
  readonly port: number;
}

export interface MediaTransport {
  readonly ufrag: string;
  readonly pwd: string;
  readonly candidates: readonly MediaCandidate[];
}

export interface MediaCandidate {
  readonly ip: string;
  readonly port: number;
  readonly type: string;
}

/** One request on a connection of its own. Fails with a ConnectReason or `bad_answer`. */
async function ask(
  bridge: BridgeEndpoint,
  question: Omit<HttpQuestion, "host">,
  run: CheckRun,
): Promise<HttpAnswer> {
  // Its connection and bytes are no phases of their own: each request is one.
  const request = new CheckRun(run.context, run.signal);
  const socket = await openTcp(bridge.address, bridge.port, request);
  try {
    return await exchangeHttp(socket, { ...question, host: `${bridge.address}:${bridge.port}` }, request);
  } catch (cause) {
    run.signal.throwIfAborted();
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new CheckFailure<BridgeReason>("bad_answer", `${question.path}: no HTTP answer: ${words}`, {
      cause,
    });
  }
}

/** GET /about/health: 200 without a body; 500 or 503 with the reason as text (jitsi-videobridge doc/rest.md). */
export async function readHealth(bridge: BridgeEndpoint, run: CheckRun): Promise<void> {
  const answer = await ask(bridge, { method: "GET", path: "/about/health" }, run);
  if (answer.status === 200) return;
  const words = answer.body.slice(0, 200).trim();
  throw new CheckFailure<BridgeReason>("unhealthy", `/about/health answers ${answer.status}: ${words}`, {
    evidence: { status: answer.status, body: words },
  });
}

const statisticsSchema = z.looseObject({
  conferences: z.number().optional(),
  participants: z.number().optional(),
  drain: z.boolean().optional(),
  graceful_shutdown: z.boolean().optional(),
  version: z.string().optional(),
});

/** GET /colibri/stats; 404 when REST is off. Notes what it says as evidence. */
export async function readStatistics(bridge: BridgeEndpoint, run: CheckRun): Promise<void> {
  const answer = await ask(
    bridge,
    { method: "GET", path: "/colibri/stats", accept: "application/json" },
    run,
  );
  if (answer.status === 404) {
    throw new CheckFailure<BridgeReason>("rest_disabled", "/colibri/stats answers 404");
  }
  const statistics = readJson(answer, "/colibri/stats", statisticsSchema);
  const { conferences, participants, drain, graceful_shutdown: shuttingDown, version } = statistics;
  if (conferences !== undefined) run.note({ conferences });
  if (participants !== undefined) run.note({ participants });
  if (version !== undefined) run.note({ version });
  run.note({ draining: drain === true, shuttingDown: shuttingDown === true });
}

const portText = z.union([z.number(), z.string().regex(/^\d{1,5}$/)]).transform(Number);

const allocationSchema = z.looseObject({
  endpoints: z
    .array(
      z.looseObject({
        transport: z.looseObject({
          transport: z.looseObject({
            ufrag: z.string().min(1).max(256),
            pwd: z.string().min(1).max(256),
            candidates: z
              .array(
                z.looseObject({ ip: z.string(), port: portText, protocol: z.string(), type: z.string() }),
              )
              .max(64)
              .default([]),
          }),
        }),
      }),
    )
    .min(1)
    .max(4),
});

export interface ConferenceNames {
  readonly meetingId: string;
  /** A JID; nobody joins it. */
  readonly name: string;
  readonly endpointId: string;
}

/**
 * POST /colibri/v2/conferences with one audio endpoint (jitsi-videobridge doc/rest-colibri2.md): `transport` and
 * the capability `source-names` are mandatory, one endpoint a request.
 */
export async function allocateConference(
  bridge: BridgeEndpoint,
  names: ConferenceNames,
  run: CheckRun,
): Promise<MediaTransport> {
  const answer = await ask(
    bridge,
    { method: "POST", path: "/colibri/v2/conferences", accept: "application/json", json: conference(names) },
    run,
  );
  if (answer.status !== 200) {
    const words = answer.body.slice(0, 200).trim();
    const message = `the allocation was answered with ${answer.status}: ${words}`;
    const evidence = { status: answer.status };
    throw new CheckFailure<BridgeReason>("allocation_refused", message, { evidence });
  }
  const allocated = readJson(answer, "the allocation", allocationSchema).endpoints[0]?.transport.transport;
  if (allocated === undefined)
    throw new CheckFailure<BridgeReason>("bad_answer", "no endpoint was allocated");
  return { ...allocated, candidates: allocated.candidates.filter(({ protocol }) => protocol === "udp") };
}

/** PATCH with `expire`; what it answers is not the check's finding, as the bridge expires idle ones itself. */
export async function expireConference(
  bridge: BridgeEndpoint,
  meetingId: string,
  run: CheckRun,
): Promise<void> {
  try {
    const path = `/colibri/v2/conferences/${meetingId}`;
    await ask(bridge, { method: "PATCH", path, accept: "application/json", json: { expire: true } }, run);
  } catch (error) {
    run.say(`the conference could not be expired: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function conference({ meetingId, name, endpointId }: ConferenceNames): unknown {
  const opus = { name: "opus", id: "111", clockrate: "48000", channels: "2" };
  return {
    "meeting-id": meetingId,
    name,
    create: true,
    "rtcstats-enabled": false,
    endpoints: [
      {
        create: true,
        id: endpointId,
        "stats-id": "convene-check",
        medias: [{ type: "audio", "payload-types": [opus] }],
        transport: { "ice-controlling": true },
        capabilities: ["source-names"],
      },
    ],
  };
}

function readJson<T>(answer: HttpAnswer, what: string, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(parseJson(answer.body));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = `${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`.trim();
  throw new CheckFailure<BridgeReason>("bad_answer", `${what} is not what a videobridge answers: ${where}`, {
    evidence: { status: answer.status, body: answer.body.slice(0, 200) },
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
