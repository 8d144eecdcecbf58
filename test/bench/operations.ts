/** LXD's operations as spans of time, from its own events. */
import type { Lxd } from "../../src/lxd/lxd.ts";
import type { LxdEvent } from "../../src/lxd/schema.ts";

/** Milliseconds since the epoch. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Operation extends Span {
  /** In LXD's words: `Executing command`, `Starting instance`. */
  readonly description: string;
}

export interface OperationLog {
  /** What has ended so far. */
  readonly ended: readonly Operation[];
  /** Lifecycle events so far, such as `instance-shutdown` of `/1.0/instances/turn`. */
  readonly lifecycle: readonly { readonly at: number; readonly action: string; readonly instance: string }[];
  stop(): Promise<void>;
}

const SUCCESS = 200;

export function followOperations(lxd: Lxd): OperationLog {
  const stopping = new AbortController();
  const ended = new Map<string, Operation>();
  const lifecycle: { at: number; action: string; instance: string }[] = [];
  const note = (event: LxdEvent): void => {
    const at = Date.parse(event.timestamp);
    if (event.type === "lifecycle") {
      const instance = /^\/1\.0\/instances\/([^/?]+)/.exec(event.metadata.source)?.[1] ?? "";
      lifecycle.push({ at, action: event.metadata.action, instance });
      return;
    }
    const { id, status_code: status, created_at: from, description } = event.metadata;
    if (status >= SUCCESS && !ended.has(id)) ended.set(id, { from: Date.parse(from), to: at, description });
  };
  const following = lxd.events(note, () => undefined, stopping.signal);
  return {
    get ended() {
      return [...ended.values()];
    },
    lifecycle,
    stop: async () => {
      stopping.abort();
      await following;
    },
  };
}

/** Milliseconds of `whole` in which none of the spans runs. */
export function uncovered(spans: readonly Span[], whole: Span): number {
  let free = 0;
  let reached = whole.from;
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    free += Math.max(0, Math.min(from, whole.to) - reached);
    reached = Math.max(reached, Math.min(to, whole.to));
  }
  return free + Math.max(0, whole.to - reached);
}
