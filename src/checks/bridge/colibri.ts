/** One conference of the check's own on a videobridge: endpoints allocated, told of a participant, and expired (colibri2). */
import { z } from "zod";
import { CheckFailure, type CheckRun } from "../check-run.ts";
import type { HttpAnswer } from "../connect/http-exchange.ts";
import type { LocalParameters } from "../media/media-messages.ts";
import type { MediaTransport } from "../media/media-transport.ts";
import type { BridgeReason } from "./bridge-reasons.ts";
import { askRest, readJson, type RestServer } from "./rest.ts";

const portText = z.union([z.number(), z.string().regex(/^\d{1,5}$/)]).transform(Number);

const transportSchema = z.looseObject({
  ufrag: z.string().min(1).max(256),
  pwd: z.string().min(1).max(256),
  candidates: z
    .array(z.looseObject({ ip: z.string(), port: portText, protocol: z.string(), type: z.string() }))
    .max(64)
    .default([]),
  fingerprints: z
    .array(z.looseObject({ fingerprint: z.string().min(1).max(200), hash: z.string().min(1).max(16) }))
    .min(1)
    .max(4),
});

const answerSchema = z.looseObject({
  endpoints: z
    .array(z.looseObject({ transport: z.looseObject({ transport: transportSchema }) }))
    .min(1)
    .max(4),
});

export interface ConferenceNames {
  /** A UUID. */
  readonly meetingId: string;
  /** A JID; nobody joins it. */
  readonly name: string;
}

/** jitsi-videobridge doc/rest-colibri2.md; the shapes are those of jitsi-xmpp-extensions' colibri2 JSON. */
export class CheckConference {
  readonly #bridge: RestServer;
  readonly #names: ConferenceNames;
  readonly #run: CheckRun;
  readonly #leaving: (() => void)[] = [];
  #created = false;

  constructor(bridge: RestServer, names: ConferenceNames, run: CheckRun) {
    this.#bridge = bridge;
    this.#names = names;
    this.#run = run;
  }

  /**
   * One audio endpoint more; the first makes the conference. `transport` and the capability `source-names` are
   * mandatory, one endpoint a request. Fails with `allocation_refused` or `bad_answer`.
   */
  async allocate(endpointId: string): Promise<MediaTransport> {
    const endpoints = [endpoint(endpointId)];
    this.#leaving.push(this.#run.context.ownParticipants.join(this.#bridge.address));
    const answer = this.#created
      ? await this.#patch({ endpoints })
      : await this.#create({ ...conference(this.#names), endpoints });
    const [allocated] = readJson(answer, "the allocation", answerSchema).endpoints;
    if (allocated === undefined) {
      throw new CheckFailure<BridgeReason>("bad_answer", "no endpoint was allocated");
    }
    const { ufrag, pwd, candidates, fingerprints } = allocated.transport.transport;
    return {
      ufrag,
      pwd,
      candidates: candidates.filter(({ protocol }) => protocol.toLowerCase() === "udp"),
      fingerprints: fingerprints.map(({ hash, fingerprint }) => ({ hash, value: fingerprint })),
    };
  }

  /** Tells the endpoint its participant's credentials; where from it comes, the bridge learns from its ICE checks. */
  async connect(endpointId: string, local: LocalParameters): Promise<void> {
    const { hash, value } = local.fingerprint;
    const transport = {
      xmlns: "urn:xmpp:jingle:transports:ice-udp:1",
      ufrag: local.ufrag,
      pwd: local.pwd,
      "rtcp-mux": true,
      fingerprints: [{ fingerprint: value, setup: "active", hash }],
    };
    await this.#patch({ endpoints: [{ id: endpointId, transport: { transport } }] });
  }

  /** The bridge's answer is not the check's finding, as it expires what is idle by itself. */
  async expire(run: CheckRun): Promise<void> {
    if (!this.#created) return;
    try {
      const question = { method: "PATCH", path: this.#path(), json: { expire: true } } as const;
      await askRest(this.#bridge, { ...question, accept: "application/json" }, run);
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      run.say(`the conference could not be expired: ${words}`);
    } finally {
      for (const leave of this.#leaving) leave();
    }
  }

  async #create(json: unknown): Promise<HttpAnswer> {
    // It may come to be also when its answer gets lost.
    this.#created = true;
    const question = { method: "POST", path: COLLECTION, json, accept: "application/json" } as const;
    return granted(await askRest(this.#bridge, question, this.#run));
  }

  async #patch(json: unknown): Promise<HttpAnswer> {
    const question = { method: "PATCH", path: this.#path(), json, accept: "application/json" } as const;
    return granted(await askRest(this.#bridge, question, this.#run));
  }

  #path(): string {
    return `${COLLECTION}/${this.#names.meetingId}`;
  }
}

const COLLECTION = "/colibri/v2/conferences";

function granted(answer: HttpAnswer): HttpAnswer {
  if (answer.status === 200) return answer;
  const words = answer.body.slice(0, 200).trim();
  const message = `the allocation was answered with ${answer.status}: ${words}`;
  throw new CheckFailure<BridgeReason>("allocation_refused", message, {
    evidence: { status: answer.status },
  });
}

function conference({ meetingId, name }: ConferenceNames) {
  return { "meeting-id": meetingId, name, create: true, "rtcstats-enabled": false };
}

function endpoint(id: string): unknown {
  return {
    create: true,
    id,
    "stats-id": "convene-check",
    medias: [
      {
        type: "audio",
        "payload-types": [{ name: "opus", id: "111", clockrate: "48000", channels: "2" }],
      },
    ],
    // As jicofo sets it up: the bridge is the controlling side.
    transport: { "ice-controlling": true },
    capabilities: ["source-names"],
  };
}
