/** What the agent says about its passes, kept in order and waited for. */
import type { Verdict } from "../../src/agent/agent-event.ts";
import type { AgentClient } from "../../src/control/client.ts";
import type { EventView } from "../../src/control/plan-view.ts";
import { systemClock } from "../../src/system/clock.ts";
import { pollUntil } from "../../src/system/retry.ts";

export interface FinishedPass {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly verdict: Verdict;
  /** Everything from its start to its verdict. */
  readonly events: readonly EventView[];
}

export interface AgentEvents {
  /** The first pass that starts at or after `since` for a matching reason, once it has ended. */
  passAfter(since: number, reason: RegExp, timeoutMs?: number): Promise<FinishedPass>;
  stop(): void;
}

const PASS_DEADLINE_MS = 15 * 60_000;
const LOOK_MS = 5;

/** Follows an agent that runs; another start of the agent needs another one of these. */
export async function followAgent(client: AgentClient): Promise<AgentEvents> {
  const stopping = new AbortController();
  const events: EventView[] = [];
  let ended: unknown;
  const lines = await client.events(stopping.signal);
  const read = async (): Promise<void> => {
    for await (const event of lines) events.push(event);
    throw new Error("the agent's events ended");
  };
  read().catch((error: unknown) => {
    ended = error;
  });
  return {
    stop: () => stopping.abort(),
    passAfter: async (since, reason, timeoutMs = PASS_DEADLINE_MS) => {
      const found = await pollUntil(
        async () => {
          const pass = finishedPass(events, since, reason);
          if (!pass && ended !== undefined) throw ended;
          return pass;
        },
        { clock: systemClock, intervalMs: LOOK_MS, timeoutMs },
      );
      if (found) return found;
      throw new Error(`no pass for ${String(reason)} has ended within ${timeoutMs / 1000} s`);
    },
  };
}

function finishedPass(events: readonly EventView[], since: number, reason: RegExp): FinishedPass | undefined {
  const started = events.find(
    (event) =>
      event.type === "pass-started" && event.at >= since && event.wakeups.some((why) => reason.test(why)),
  );
  if (!started) return undefined;
  const own = events.filter((event) => event.pass === started.pass);
  const last = own.find((event) => event.type === "verdict");
  if (last?.type !== "verdict") return undefined;
  return { startedAt: started.at, endedAt: last.at, verdict: last.verdict, events: own };
}
