/** What the agent can be asked over its sockets; the server, the CLI and the git hooks meet here. */
import type { AgentEvent, Verdict } from "../agent/agent-event.ts";
import type { CheckResult } from "../checks/check.ts";
import type { Scrape } from "../metrics/render-metrics.ts";
import type { Plan } from "../plan/action.ts";
import type { CheckPast } from "../status/check-past.ts";
import type { Status } from "../status/status.ts";
import type { HistoryEntry } from "../status/history.ts";

/** One file of a site tree, path relative to its root. */
export interface TreeFile {
  readonly path: string;
  readonly content: Uint8Array;
}

export interface PlanAnswer {
  readonly revision: string;
  readonly plan: Plan;
}

export interface AgentApi {
  status(): Status;
  /** Plans a tree that has not landed (the pushed one), or the deployed branch when absent. Changes nothing. */
  plan(tree: readonly TreeFile[] | undefined, signal: AbortSignal): Promise<PlanAnswer>;
  /** Wakes the loop; `now` lets disruptive actions of the next pass go without waiting for calls to end. */
  reconcile(request: { readonly now: boolean; readonly reason: string }): void;
  /** Everything that happens from now on, and before it on the way to the revision's first verdict. */
  events(signal: AbortSignal, revision?: string): AsyncIterable<AgentEvent>;
  /** The verdict on a revision (full commit or `<commit>+catalogue@…`), undefined when time runs out first. */
  wait(revision: string | undefined, timeoutMs: number, signal: AbortSignal): Promise<Verdict | undefined>;
  history(limit: number): Promise<readonly HistoryEntry[]>;
  /** Lines of a container's journal. */
  logs(container: string, lines: number, signal: AbortSignal): Promise<string>;
  /** Runs checks now: all, or one by name; `host` is the host's own. */
  check(
    name: string | undefined,
    transcript: (line: string) => void,
    signal: AbortSignal,
  ): Promise<readonly CheckResult[]>;
  /** The last looks and failures of one check, or of all; throws `UnknownCheck`. */
  checkHistory(name: string | undefined): readonly CheckPast[];
  /** Prometheus' text, or OpenMetrics when the Accept header prefers it. */
  metrics(accept: string | undefined): Promise<Scrape>;
  /** Root only from here on. */
  confirm(id: string): Promise<{ readonly accepted: boolean; readonly message: string }>;
  suspend(reason: string): Promise<void>;
  resume(): Promise<void>;
}
