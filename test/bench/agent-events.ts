/** What the agent says about its passes, kept in order and waited for. */
import type { Verdict } from "../../src/agent/agent-event.ts";
import type { AgentClient } from "../../src/control/client.ts";
import type { EventView } from "../../src/control/plan-view.ts";
import { systemClock } from "../../src/system/clock.ts";
import { pollUntil } from "../../src/system/retry.ts";

export interface FinishedPass {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly wakeups: readonly string[];
  readonly verdict: Verdict;
  /** Everything from its start to its verdict. */
  readonly events: readonly EventView[];
}

export interface AgentEvents {
  /** The first pass that starts at or after `since` and is the one wanted, once it has ended. */
  passAfter(since: number, wanted: (pass: FinishedPass) => boolean): Promise<FinishedPass>;
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
    passAfter: async (since, wanted) => {
      const found = await pollUntil(
        async () => {
          const pass = finishedPasses(events, since).find(wanted);
          if (!pass && ended !== undefined) throw ended;
          return pass;
        },
        { clock: systemClock, intervalMs: LOOK_MS, timeoutMs: PASS_DEADLINE_MS },
      );
      if (found) return found;
      throw new Error(`the pass waited for has not ended within ${PASS_DEADLINE_MS / 1000} s`);
    },
  };
}

/** The pass that ended a revision one way or the other. */
export function ofCommit(commit: string): (pass: FinishedPass) => boolean {
  return ({ verdict }) => verdict.outcome !== "superseded" && verdict.revision?.startsWith(commit) === true;
}

export function wokenBy(reason: string): (pass: FinishedPass) => boolean {
  return ({ wakeups }) => wakeups.includes(reason);
}

function finishedPasses(events: readonly EventView[], since: number): readonly FinishedPass[] {
  return events.flatMap((started) => {
    if (started.type !== "pass-started" || started.at < since) return [];
    const own = events.filter((event) => event.pass === started.pass);
    const last = own.find((event) => event.type === "verdict");
    if (last?.type !== "verdict") return [];
    const { at: startedAt, wakeups } = started;
    return [{ startedAt, endedAt: last.at, wakeups, verdict: last.verdict, events: own }];
  });
}
