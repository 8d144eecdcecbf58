/** How many people are in calls, asked from the bridges themselves. */
import { z } from "zod";
import type { Logger } from "../system/logger.ts";
import { describeError } from "../system/errors.ts";

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
  /** How many of the participants that the bridge at this address tells of are surely the checks' own. */
  count(address: string): number;
}

/** A bridge that is only busy answers one of these; each may take DEADLINE_MS. */
const ATTEMPTS = 3;

/** People on one bridge, without the checks' own participants. */
export async function countPeople(bridge: Bridge, own: OwnParticipants, logger: Logger): Promise<number> {
  const address = URL.parse(bridge.statsUrl)?.hostname.replace(/^\[|\]$/g, "") ?? "";
  // Who has left while the bridge was asked may be in its answer or not, and counts as a person.
  const before = own.count(address);
  const all = await countParticipants(bridge, logger);
  return Math.max(0, all - Math.min(before, own.count(address)));
}

/**
 * Participants on one bridge. One where nobody listens carries no call; one that is silent is asked again before it counts
 * as empty, which is logged.
 */
export async function countParticipants(bridge: Bridge, logger: Logger, attempt = 1): Promise<number> {
  try {
    const response = await fetch(bridge.statsUrl, {
      signal: AbortSignal.timeout(DEADLINE_MS),
      redirect: "error",
    });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    const text = await readText(response);
    const stats = statsSchema.parse(JSON.parse(text));
    return Math.max(0, stats.participants - stats.octo_endpoints);
  } catch (error) {
    const silent = error instanceof Error && error.name === "TimeoutError";
    if (silent && attempt < ATTEMPTS) return countParticipants(bridge, logger, attempt + 1);
    logger.warn("a bridge does not tell how many people it carries", {
      bridge: bridge.name,
      error: describeError(error),
    });
    return 0;
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
