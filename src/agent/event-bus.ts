/** Hands what happens to whoever follows; a slow follower is cut off, it never holds up a pass. */
import type { AgentEvent } from "./agent-event.ts";

const MAXIMUM_BACKLOG = 1_000;

export interface EventBus {
  publish(event: AgentEvent): void;
  /** Everything from now on, until the signal aborts or the follower falls too far behind. */
  follow(signal: AbortSignal): AsyncIterable<AgentEvent>;
  listen(listener: (event: AgentEvent) => void): () => void;
}

export function createEventBus(): EventBus {
  const listeners = new Set<(event: AgentEvent) => void>();
  const listen = (listener: (event: AgentEvent) => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return {
    publish: (event) => {
      for (const listener of listeners) listener(event);
    },
    listen,
    follow: (signal) => ({ [Symbol.asyncIterator]: () => follow(listen, signal) }),
  };
}

function follow(
  listen: (listener: (event: AgentEvent) => void) => () => void,
  signal: AbortSignal,
): AsyncIterator<AgentEvent> {
  const backlog: AgentEvent[] = [];
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
