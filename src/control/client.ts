/** The agent as the CLI and the hooks see it: AgentApi over a socket. */
import type { z } from "zod";
import type { CheckResult } from "../checks/check.ts";
import type { Verdict } from "../agent/agent-event.ts";
import type { HistoryEntry } from "../status/history.ts";
import type { CheckPast } from "../status/check-past.ts";
import type { Status } from "../status/status.ts";
import type { TreeFile } from "./agent-api.ts";
import {
  checkLine,
  confirmAnswer,
  doneAnswer,
  eventLine,
  historyAnswer,
  logsAnswer,
  planAnswer,
  statusAnswer,
  waitAnswer,
} from "./answers.ts";
import { checkHistoryAnswer } from "./check-answers.ts";
import { ask, askLines, type ControlRequest, errorFromReport } from "./http-client.ts";
import type { EventView, PlanViewAnswer } from "./plan-view.ts";

export interface AgentClient {
  status(): Promise<Status>;
  /** Plans a tree, or the deployed branch when absent. */
  plan(tree: readonly TreeFile[] | undefined, signal?: AbortSignal): Promise<PlanViewAnswer>;
  reconcile(request: { readonly now: boolean; readonly reason: string }): Promise<void>;
  /** Resolves when the subscription stands: whatever happens after that is in the iterable. */
  events(signal: AbortSignal, revision?: string): Promise<AsyncIterable<EventView>>;
  wait(revision: string | undefined, timeoutMs: number, signal?: AbortSignal): Promise<Verdict | undefined>;
  history(limit: number): Promise<readonly HistoryEntry[]>;
  logs(container: string, lines: number): Promise<string>;
  check(
    name: string | undefined,
    transcript: (line: string) => void,
    signal?: AbortSignal,
  ): Promise<readonly CheckResult[]>;
  /** The last looks and failures of one check, or of all. */
  checkHistory(name: string | undefined): Promise<readonly CheckPast[]>;
  confirm(id: string): Promise<{ readonly accepted: boolean; readonly message: string }>;
  suspend(reason: string): Promise<void>;
  resume(): Promise<void>;
}

const QUICK_MS = 15_000;
/** Planning reads the whole host; a check may wait for protocols. */
const PLAN_MS = 60_000;
const START_MS = 30_000;

type Rest = Omit<ControlRequest, "socketPath" | "method" | "path" | "timeoutMs" | "signal">;

export function createAgentClient(socketPath: string): AgentClient {
  const get = (path: string, query: Rest["query"] = {}, timeoutMs = QUICK_MS): ControlRequest => ({
    socketPath,
    method: "GET",
    path,
    query,
    timeoutMs,
  });
  const post = (path: string, body: unknown, timeoutMs = QUICK_MS): ControlRequest => ({
    socketPath,
    method: "POST",
    path,
    body,
    timeoutMs,
  });

  return {
    status: async () => ask(get("/v1/status"), statusAnswer),
    plan: async (tree, signal) =>
      ask(withSignal(post("/v1/plan", treeBody(tree), PLAN_MS), signal), planAnswer),
    reconcile: async (request) => {
      await ask(post("/v1/reconcile", request), doneAnswer);
    },
    events: async (signal, revision) =>
      withoutErrors(await askLines(withSignal(get("/v1/events", { revision }, START_MS), signal), eventLine)),
    wait: async (revision, timeoutMs, signal) => {
      const request = get("/v1/wait", { revision, timeoutMs }, timeoutMs + START_MS);
      return (await ask(withSignal(request, signal), waitAnswer)).verdict ?? undefined;
    },
    history: async (limit) => ask(get("/v1/history", { limit }), historyAnswer),
    logs: async (container, lines) =>
      (await ask(get("/v1/logs", { container, lines }, START_MS), logsAnswer)).text,
    check: async (name, transcript, signal) => {
      const body = name === undefined ? {} : { name };
      const lines = await askLines(withSignal(post("/v1/check", body, START_MS), signal), checkLine);
      return collectCheck(lines, transcript);
    },
    checkHistory: async (name) => ask(get("/v1/check-history", { name }), checkHistoryAnswer),
    confirm: async (id) => ask(post("/v1/confirm", { id }), confirmAnswer),
    suspend: async (reason) => {
      await ask(post("/v1/suspend", { reason }), doneAnswer);
    },
    resume: async () => {
      await ask(post("/v1/resume", {}), doneAnswer);
    },
  };
}

function withSignal(request: ControlRequest, signal: AbortSignal | undefined): ControlRequest {
  return signal === undefined ? request : { ...request, signal };
}

function treeBody(tree: readonly TreeFile[] | undefined): unknown {
  if (tree === undefined) return {};
  return {
    tree: tree.map((file) => ({ path: file.path, content: Buffer.from(file.content).toString("base64") })),
  };
}

async function* withoutErrors(lines: AsyncIterable<z.infer<typeof eventLine>>): AsyncGenerator<EventView> {
  for await (const line of lines) {
    if ("error" in line && !("type" in line)) throw errorFromReport(line.error);
    yield line;
  }
}

async function collectCheck(
  lines: AsyncIterable<z.infer<typeof checkLine>>,
  transcript: (line: string) => void,
): Promise<readonly CheckResult[]> {
  let results: readonly CheckResult[] = [];
  for await (const line of lines) {
    if ("error" in line) throw errorFromReport(line.error);
    if ("transcript" in line) transcript(line.transcript);
    else results = line.results;
  }
  return results;
}
