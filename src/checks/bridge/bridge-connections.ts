/** Connections of the check's own to a bridge, one for each way packets can take to it, made and held at the same time. */
import { CheckFailure, type CheckRun } from "../check-run.ts";
import { checkMediaPort } from "../media/media-port.ts";
import type { MediaProcess } from "../media/media-process.ts";
import type { MediaTransport } from "../media/media-transport.ts";
import type { TransportAddress } from "../stun/stun-address.ts";
import type { RelayPath } from "../turn/relay-path.ts";
import { noteUntested } from "./bridge-relay.ts";
import type { BridgeReason } from "./bridge-reasons.ts";
import type { CheckConference } from "./colibri.ts";

export interface Way {
  /** For people: `direct 192.0.2.10:10000`, `relay udp`. */
  readonly name: string;
  readonly endpointId: string;
  readonly transport: MediaTransport;
  /** Where packets are sent; it has answered already. */
  readonly to: TransportAddress;
  /** What it goes through. */
  readonly relay?: RelayPath;
}

export interface Circumstances {
  readonly conference: CheckConference;
  readonly media: MediaProcess;
}

/** Fails with a MediaReason or `connection_dropped`, and names the way. */
export async function connectAndHold(
  ways: readonly Way[],
  holdMs: number,
  around: Circumstances,
  run: CheckRun,
): Promise<void> {
  await run.phase("connect", () => all(ways, run, (way) => connect(way, around, run)));
  await run.phase("hold", () => all(ways, run, (way) => hold(way, holdMs, around.media, run)));
}

async function connect(way: Way, { conference, media }: Circumstances, run: CheckRun): Promise<void> {
  const local = await media.open(way.name);
  await conference.connect(way.endpointId, local);
  const { ufrag, pwd, fingerprints } = way.transport;
  const remote = { ufrag, pwd, fingerprints: [...fingerprints], candidates: [way.to] };
  const { iceMs, dtlsMs, srtpProfile } = await media.connect(way.name, remote);
  run.say(`${way.name}: connected by ICE and DTLS, fingerprint as told`);
  run.note({ [way.name]: `ICE ${Math.round(iceMs)} ms, DTLS ${Math.round(dtlsMs)} ms, ${srtpProfile}` });
}

async function hold(way: Way, ms: number, media: MediaProcess, run: CheckRun): Promise<void> {
  const { held, words, answered, asked } = await media.hold(way.name, ms);
  run.say(`${way.name}: held ${ms} ms, ${answered} consent checks answered, ${asked} asked by the bridge`);
  if (!held || way.relay?.failure !== undefined) throw dropped(words);
  // A bridge that gave the connection up forgets its credentials: then even a new check is met by silence.
  const answer = await checkMediaPort(way.to, way.transport, run).catch((error: unknown) => error);
  if (answer instanceof CheckFailure) throw dropped(`after ${ms} ms ${answer.message}`);
  if (answer !== undefined) throw answer;
}

function dropped(words: string): CheckFailure<BridgeReason> {
  return new CheckFailure("connection_dropped", words);
}

/**
 * Waits for all of them, so that none goes on alone; the first failure in their order counts. That of a way whose relay
 * has ended says nothing of the bridge.
 */
async function all(ways: readonly Way[], run: CheckRun, work: (way: Way) => Promise<void>): Promise<void> {
  const settled = await Promise.allSettled(ways.map(work));
  for (const [index, result] of settled.entries()) {
    if (result.status === "fulfilled") continue;
    const { name = "", relay } = ways[index] ?? {};
    if (relay?.failure === undefined) throw named(name, result.reason);
    noteUntested(relay.failure, run);
  }
}

function named(name: string, error: unknown): unknown {
  if (!(error instanceof CheckFailure)) return error;
  const { reason, message, evidence, cause } = error;
  return new CheckFailure(reason, `${name}: ${message}`, { evidence, cause });
}
