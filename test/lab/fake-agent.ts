/** An AgentApi whose answers a test decides, for everything that talks to the agent over the sockets. */
import type { AgentEvent, Verdict } from "../../src/agent/agent-event.ts";
import type { AgentApi, TreeFile } from "../../src/control/agent-api.ts";
import type { Plan } from "../../src/plan/action.ts";
import type { CheckPast } from "../../src/status/check-past.ts";
import type { Status } from "../../src/status/status.ts";

export interface FakeAgent extends AgentApi {
  readonly calls: string[];
  /** Trees that were to be planned. */
  readonly planned: (readonly TreeFile[] | undefined)[];
  /** Sends an event to every subscriber. */
  emit(event: AgentEvent): void;
  subscribers(): number;
}

export interface FakeAgentScript {
  readonly plan?: Plan;
  readonly planError?: Error;
  readonly status?: Status;
  readonly checkHistory?: readonly CheckPast[];
  /** Called when somebody wakes the agent. */
  readonly onReconcile?: (
    agent: FakeAgent,
    request: { readonly now: boolean; readonly reason: string },
  ) => void;
  /** What `wait` answers; by default it waits until it is aborted. */
  readonly verdict?: Verdict;
}

export const EMPTY_STATUS: Status = {
  site: "meet",
  conditions: [
    {
      type: "Ready",
      status: "True",
      reason: "ReconciliationSucceeded",
      message: "everything is as it should be",
      lastTransitionTime: "2026-01-01T00:00:00.000Z",
    },
  ],
  revision: { attempted: null, applied: null, healthy: null },
  lastPass: null,
  objects: [],
  checks: [],
  findings: [],
  blocked: [],
  errors: [],
  url: null,
};

export function createFakeAgent(script: FakeAgentScript = {}): FakeAgent {
  const listeners = new Set<(event: AgentEvent) => void>();
  const calls: string[] = [];
  const planned: (readonly TreeFile[] | undefined)[] = [];
  const agent: FakeAgent = {
    calls,
    planned,
    emit: (event) => {
      for (const listener of listeners) listener(event);
    },
    subscribers: () => listeners.size,
    status: () => script.status ?? EMPTY_STATUS,
    plan: async (tree) => {
      planned.push(tree);
      if (script.planError) throw script.planError;
      return { revision: "pushed", plan: script.plan ?? { actions: [], blocked: [] } };
    },
    reconcile: (request) => {
      calls.push(`reconcile now=${request.now} ${request.reason}`);
      script.onReconcile?.(agent, request);
    },
    events: (signal) => subscribe(listeners, signal),
    wait: async (_revision, timeoutMs, signal) => {
      if (script.verdict) return script.verdict;
      return new Promise((resolve) => {
        const timer = setTimeout(() => resolve(undefined), timeoutMs);
        signal.addEventListener("abort", () => {
          clearTimeout(timer);
          resolve(undefined);
        });
      });
    },
    history: async () => [],
    logs: async (container, lines) => `${container} ${lines}\n`,
    check: async (name, transcript) => {
      transcript(`> ${name ?? "all"}`);
      return [];
    },
    checkHistory: (name) =>
      (script.checkHistory ?? []).filter((check) => name === undefined || check.name === name),
    metrics: async (accept) => ({ contentType: accept ?? "text/plain", text: "convene_in_sync 1\n" }),
    confirm: async (id) => ({ accepted: id === "yes", message: `confirm ${id}` }),
    suspend: async (reason) => {
      calls.push(`suspend ${reason}`);
    },
    resume: async () => {
      calls.push("resume");
    },
  };
  return agent;
}

async function* subscribe(
  listeners: Set<(event: AgentEvent) => void>,
  signal: AbortSignal,
): AsyncGenerator<AgentEvent> {
  const queue: AgentEvent[] = [];
  let wake: (() => void) | undefined;
  const listener = (event: AgentEvent): void => {
    queue.push(event);
    wake?.();
  };
  listeners.add(listener);
  try {
    while (!signal.aborted) {
      const event = queue.shift();
      if (event) {
        yield event;
        continue;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
    }
  } finally {
    listeners.delete(listener);
  }
}
