/** How many people are in calls, asked from the bridges themselves. */
import { z } from "zod";

/** `/colibri/stats` (jitsi-videobridge doc/statistics.md); relayed endpoints are counted by their own bridge. */
const statsSchema = z.object({
  participants: z.number().int().nonnegative(),
  octo_endpoints: z.number().int().nonnegative().default(0),
});

const DEADLINE_MS = 3_000;
const MAXIMUM_BYTES = 1 << 20;

export interface Bridge {
  readonly name: string;
  readonly statsUrl: string;
}

/** The checks' own endpoints on bridges, which are nobody. */
export interface OwnParticipants {
  /** How many of the participants that the bridge at this address tells of may be the checks' own. */
  count(address: string): number;
}

/** How many people are on a bridge, or why that is unknown: as long as it is, somebody may be. */
export type Crowd =
  | { readonly kind: "counted"; readonly people: number }
  /** No more than the checks' own: they, or people who came after the bridge was restarted under the checks. */
  | { readonly kind: "checks" }
  | { readonly kind: "unknown"; readonly why: string };

/** Nobody listens there, or nobody is there at all: what carries no signaling carries no call. */
const NOBODY_THERE: ReadonlySet<unknown> = new Set(["ECONNREFUSED", "EHOSTUNREACH"]);

/** People on one bridge, without the checks' own participants. What checks have is only taken off where people remain. */
export async function countPeople(bridge: Bridge, own: OwnParticipants): Promise<Crowd> {
  const address = URL.parse(bridge.statsUrl)?.hostname.replace(/^\[|\]$/g, "") ?? "";
  const before = own.count(address);
  const crowd = await countParticipants(bridge);
  if (crowd.kind !== "counted" || crowd.people === 0) return crowd;
  // Who has come or left while the bridge was asked may be in its answer or not.
  const checks = Math.max(before, own.count(address));
  if (crowd.people <= checks) return { kind: "checks" };
  return { kind: "counted", people: crowd.people - checks };
}

/** Participants on one bridge. One where nobody listens carries no call; one that is silent or answers wrongly may carry some. */
export async function countParticipants(bridge: Bridge): Promise<Exclude<Crowd, { kind: "checks" }>> {
  try {
    const response = await fetch(bridge.statsUrl, {
      signal: AbortSignal.timeout(DEADLINE_MS),
      redirect: "error",
    });
    if (!response.ok) {
      await response.body?.cancel();
      return { kind: "unknown", why: `HTTP ${response.status}` };
    }
    const stats = readStats(await readText(response));
    if (stats === undefined) return { kind: "unknown", why: "its answer is no statistics" };
    return { kind: "counted", people: Math.max(0, stats.participants - stats.octo_endpoints) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const code = error.cause instanceof Error && "code" in error.cause ? error.cause.code : undefined;
    if (NOBODY_THERE.has(code)) return { kind: "counted", people: 0 };
    if (error.name === "TimeoutError")
      return { kind: "unknown", why: `no answer within ${DEADLINE_MS / 1_000} s` };
    return { kind: "unknown", why: error.cause instanceof Error ? error.cause.message : error.message };
  }
}

function readStats(text: string): z.output<typeof statsSchema> | undefined {
  try {
    return statsSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** The answer's text; what is longer than a bridge's statistics can be is not read to its end. */
async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAXIMUM_BYTES) throw new Error(`the answer has more than ${MAXIMUM_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
