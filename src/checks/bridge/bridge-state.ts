/** What a videobridge says of itself: healthy, draining, and with whom it is registered. */
import { z } from "zod";
import { CheckFailure, type CheckRun } from "../check-run.ts";
import type { BridgeReason } from "./bridge-reasons.ts";
import { askRest, readJson, type RestServer } from "./rest.ts";

/** What a bridge with `sticky-failures` says once it is well again (jicoco health/HealthChecker.kt). */
const STICKY = "Sticky failure";

/** GET /about/health: 200 without a body; 500 or 503 with the reason as text (jitsi-videobridge doc/rest.md). */
export async function readHealth(bridge: RestServer, run: CheckRun): Promise<void> {
  const answer = await askRest(bridge, { method: "GET", path: "/about/health" }, run);
  if (answer.status === 200) return;
  const words = answer.body.slice(0, 200).trim();
  const reason: BridgeReason = words.startsWith(STICKY) ? "sticky_failure" : "unhealthy";
  throw new CheckFailure<BridgeReason>(reason, `/about/health answers ${answer.status}: ${words}`, {
    evidence: { status: answer.status, body: words },
  });
}

const count = z.number().optional();

/** Statistics the check reads (jitsi-videobridge stats/VideobridgeStatisticsShim.kt); older bridges lack some. */
const statisticsSchema = z.looseObject({
  conferences: count,
  participants: count,
  drain: z.boolean().default(false),
  graceful_shutdown: z.boolean().default(false),
  shutting_down: z.boolean().default(false),
  muc_clients_configured: count,
  muc_clients_connected: count,
  mucs_configured: count,
  mucs_joined: count,
  version: z.string().optional(),
});

export type BridgeStatistics = z.output<typeof statisticsSchema>;

/** GET /colibri/stats; 404 when REST is off. Notes what it says as evidence. */
export async function readStatistics(bridge: RestServer, run: CheckRun): Promise<BridgeStatistics> {
  const question = { method: "GET", path: "/colibri/stats", accept: "application/json" } as const;
  const answer = await askRest(bridge, question, run);
  if (answer.status === 404) {
    throw new CheckFailure<BridgeReason>("rest_disabled", "/colibri/stats answers 404");
  }
  const statistics = readJson(answer, "/colibri/stats", statisticsSchema);
  const { conferences, participants, version } = statistics;
  if (conferences !== undefined) run.note({ conferences });
  if (participants !== undefined) run.note({ participants });
  if (version !== undefined) run.note({ version });
  return statistics;
}

/** `refuses`: jicofo gives a draining bridge meetings where it has no other; one that shuts down takes none. */
export interface Leaving {
  readonly words: string;
  readonly refuses: boolean;
}

/** Undefined while it takes conferences. */
export function leavingOf(statistics: BridgeStatistics): Leaving | undefined {
  if (statistics.shutting_down) return { words: "is shutting down", refuses: true };
  if (statistics.graceful_shutdown)
    return { words: "shuts down when its last conference ends", refuses: true };
  return statistics.drain ? { words: "is draining", refuses: false } : undefined;
}

/** The bridge is in the brewery as far as it knows (doc/muc.md); fails with `not_registered`. */
export function judgeRegistration(statistics: BridgeStatistics): void {
  const { muc_clients_configured: clients, muc_clients_connected: connected } = statistics;
  const { mucs_configured: rooms, mucs_joined: joined } = statistics;
  if (clients === undefined || connected === undefined || rooms === undefined || joined === undefined) return;
  if (clients > 0 && connected === clients && joined === rooms) return;
  const words = `${connected} of ${clients} logins, ${joined} of ${rooms} rooms`;
  const message = `it is not registered with Prosody, so jicofo cannot know it: ${words}`;
  throw new CheckFailure<BridgeReason>("not_registered", message, {
    evidence: { loginsConnected: connected, roomsJoined: joined },
  });
}
