/** Hands what happens to whoever follows; a slow follower is cut off, it never holds up a pass. */
import { commitOf, matchesRevision } from "../source/revision.ts";
import type { AgentEvent } from "./agent-event.ts";

const MAXIMUM_BACKLOG = 1_000;
/** Events kept for who comes late: a first bring-up has some two hundred. */
const KEPT = 500;

export interface EventBus {
  publish(event: AgentEvent): void;
  /**
   * Everything from now on, until the signal aborts or the follower falls too far behind. With a revision, what has
   * happened on the way to its first verdict comes first: a push is followed a moment after its pass has begun.
   */
  follow(signal: AbortSignal, revision?: string): AsyncIterable<AgentEvent>;
  listen(listener: (event: AgentEvent) => void): () => void;
}

export function createEventBus(): EventBus {
  const listeners = new Set<(event: AgentEvent) => void>();
  const record = createRecord();
  const listen = (listener: (event: AgentEvent) => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return {
    publish: (event) => {
      record.add(event);
      for (const listener of listeners) listener(event);
    },
    listen,
    follow: (signal, revision) => ({
      [Symbol.asyncIterator]: () => follow(listen, signal, revision === undefined ? [] : record.of(revision)),
    }),
  };
}

/** The newest revision's way to its first verdict. */
function createRecord() {
  let commit: string | undefined;
  let events: AgentEvent[] = [];
  let over = false;
  return {
    add: (event: AgentEvent): void => {
      const revision = revisionOf(event);
      if (revision !== undefined && commitOf(revision) !== commit) {
        commit = commitOf(revision);
        events = events.filter(({ pass }) => pass === event.pass);
        over = false;
      }
      if (over || events.length >= KEPT) return;
      events.push(event);
      over = event.type === "verdict" && event.verdict.outcome !== "superseded";
    },
    of: (revision: string): readonly AgentEvent[] =>
      commit !== undefined && matchesRevision(revision, commit) ? events : [],
  };
}

function revisionOf(event: AgentEvent): string | undefined {
  return event.type === "verdict" ? event.verdict.revision : "revision" in event ? event.revision : undefined;
}

function follow(
  listen: (listener: (event: AgentEvent) => void) => () => void,
  signal: AbortSignal,
  before: readonly AgentEvent[],
): AsyncIterator<AgentEvent> {
  const backlog: AgentEvent[] = [...before];
  let wake: (() => void) | undefined;
  let ended = signal.aborted;
  const notify = () => {
    wake?.();
    wake = undefined;
  };
  const end = () => {
    ended = true;
    stop();
    notify();
  };
  const stop = listen((event) => {
    backlog.push(event);
    if (backlog.length > MAXIMUM_BACKLOG) end();
    notify();
  });
  signal.addEventListener("abort", end, { once: true });
  return {
    next: async () => {
      for (;;) {
        const event = backlog.shift();
        if (event) return { done: false, value: event };
        if (ended) return { done: true, value: undefined };
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    return: async () => {
      signal.removeEventListener("abort", end);
      end();
      return { done: true, value: undefined };
    },
  };
}
