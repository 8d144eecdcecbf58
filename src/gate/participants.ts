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

/** People on one bridge; a bridge that does not answer carries no call, which is logged. */
export async function countParticipants(bridge: Bridge, logger: Logger): Promise<number> {
  try {
    const response = await fetch(bridge.statsUrl, {
      signal: AbortSignal.timeout(DEADLINE_MS),
      redirect: "error",
    });
    const text = await response.text();
    if (!response.ok || text.length > MAXIMUM_BYTES) throw new Error(`HTTP ${response.status}`);
    const stats = statsSchema.parse(JSON.parse(text));
    return Math.max(0, stats.participants - stats.octo_endpoints);
  } catch (error) {
    logger.warn("a bridge does not tell how many people it carries", {
      bridge: bridge.name,
      error: describeError(error),
    });
    return 0;
  }
}
