/** The agent itself: passes, revisions, actions, containers, the process. */
import { commitOf } from "../source/revision.ts";
import type { Exposition } from "./exposition.ts";
import type { MetricsState } from "./metrics-state.ts";

const OUTCOMES = ["ready", "failed", "stalled", "superseded", "suspended"] as const;

export function exposeAgent(out: Exposition, state: MetricsState): void {
  const { status, tallies } = state;
  const condition = (type: string) => status.conditions.find((one) => one.type === type)?.status === "True";
  out.gauge(
    "build_info",
    "The version that runs.",
    ["version", "node"],
    [[{ version: state.version, node: state.process.node }, 1]],
  );
  out.gauge(
    "in_sync",
    "Whether the host is as the site says, and proven.",
    [],
    [[{}, Number(condition("Ready"))]],
  );
  out.gauge(
    "suspended",
    "Whether the agent was told to change nothing.",
    [],
    [[{}, Number(condition("Suspended"))]],
  );
  out.counter(
    "reconciles_total",
    "Passes, by outcome.",
    ["result"],
    OUTCOMES.map((result) => [{ result }, tallies.passes.get(result) ?? 0] as const),
  );
  out.histogram("reconcile_duration_seconds", "How long a pass took.", tallies.passDurations);
  out.gauge(
    "last_reconcile_success_timestamp_seconds",
    "When a pass last ended well.",
    [],
    tallies.lastReady === undefined ? [] : [[{}, tallies.lastReady / 1_000]],
  );
  exposeRevisions(out, state);
  out.gauge(
    "held_back_changes",
    "Changes that wait for a confirmation or an end of a conflict.",
    [],
    [[{}, status.blocked.length]],
  );
  out.counter(
    "actions_total",
    "Actions, by kind and result.",
    ["kind", "result"],
    tallies.actions.flatMap(({ kind, done, failed }) => [
      [{ kind, result: "done" }, done] as const,
      [{ kind, result: "failed" }, failed] as const,
    ]),
  );
  out.counter(
    "action_seconds_total",
    "Time that actions took which were done.",
    ["kind"],
    tallies.actions.map(({ kind, seconds }) => [{ kind }, seconds] as const),
  );
  out.gauge(
    "container_running",
    "Whether a container of the site ran when a pass last looked.",
    ["container"],
    status.objects.map(({ name, state: is }) => [{ container: name }, Number(is === "running")] as const),
  );
  exposeProcess(out, state);
}

function exposeRevisions(out: Exposition, { status }: MetricsState): void {
  const { attempted, applied, healthy } = status.revision;
  const revisions = [
    ["desired", "The commit that the host is to be brought to.", attempted],
    ["applied", "The commit that was last applied.", applied],
    ["healthy", "The commit that was last proven.", healthy],
  ] as const;
  for (const [name, help, revision] of revisions)
    out.gauge(
      `${name}_revision_info`,
      help,
      ["commit"],
      revision === null ? [] : [[{ commit: commitOf(revision) }, 1]],
    );
}

function exposeProcess(out: Exposition, { process }: MetricsState): void {
  out.gauge(
    "process_resident_memory_bytes",
    "Memory of the agent's process.",
    [],
    [[{}, process.residentBytes]],
  );
  out.counter(
    "process_cpu_seconds_total",
    "Processor time of the agent's process.",
    [],
    [[{}, process.cpuSeconds]],
  );
  out.gauge("process_start_time_seconds", "When the agent's process began.", [], [[{}, process.startedAt]]);
}
