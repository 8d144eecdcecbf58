/** What the agent answers over its sockets. */
import { createHash } from "node:crypto";
import type { AgentApi, TreeFile } from "../control/agent-api.ts";
import { renderMetrics } from "../metrics/render-metrics.ts";
import type { Tallies } from "../metrics/tallies.ts";
import { makePlan } from "../plan/plan.ts";
import { matchesRevision } from "../source/revision.ts";
import { ConveneError } from "../system/errors.ts";
import type { Verdict } from "./agent-event.ts";
import { checkHistory, runChecks } from "./check-service.ts";
import type { Loop } from "./loop.ts";
import { observeSite } from "./observe-site.ts";
import type { PassDependencies } from "./pass-dependencies.ts";

const LOGS_MS = 20_000;

export interface ServiceDependencies extends PassDependencies {
  readonly loop: Loop;
  readonly tallies: Tallies;
  readonly lastVerdict: () => Verdict | undefined;
  /** Loads pushed trees without touching what the loop has loaded. */
  readonly pushedLoader: PassDependencies["loader"];
}

export function createAgentService(deps: ServiceDependencies): AgentApi {
  const { options, status, bus, loop } = deps;
  return {
    status: () => status.current(),
    plan: async (tree, signal) => {
      const commit = tree ? contentName(tree) : await options.repository.requireBranch();
      const loader = tree ? deps.pushedLoader : deps.loader;
      const site = await loader.load(commit, async () => tree ?? options.repository.readTree(commit));
      signal.throwIfAborted();
      const { desired, actual } = await observeSite(site, await deps.consulDoor.open(site), deps);
      const { certificates } = deps;
      const planOptions = {
        project: options.settings.lxd.project,
        confirmed: options.state.confirmed(),
        held: certificates.held(),
        due: certificates.due(),
      };
      return { revision: desired.revision, plan: makePlan(desired, actual, planOptions) };
    },
    reconcile: ({ now, reason }) => loop.wake(reason, { now, urgent: true }),
    events: (signal, revision) => bus.follow(signal, revision),
    wait: async (revision, timeoutMs, signal) => waitForVerdict(revision, timeoutMs, signal, deps),
    history: (limit) => options.history.list(limit),
    logs: async (container, lines, signal) => readJournal(container, lines, signal, deps),
    check: async (name, transcript, signal) => runChecks(name, transcript, signal, deps),
    checkHistory: (name) => checkHistory(name, deps),
    metrics: (accept) =>
      renderMetrics(
        {
          version: options.version,
          status: status.current(),
          tallies: deps.tallies.read(),
          alerts: options.alerts.figures(),
          process: options.process(),
        },
        accept,
      ),
    confirm: async (id) => confirm(id, deps),
    suspend: async (reason) => {
      await options.state.suspend(reason);
      status.suspended(reason);
      loop.supersede(`suspended: ${reason}`);
    },
    resume: async () => {
      await options.state.resume();
      status.suspended(undefined);
      loop.wake("resume", { urgent: true });
    },
  };
}

/** Stands in for the commit of a tree that has not landed; the loader keeps what it loaded by this name. */
function contentName(tree: readonly TreeFile[]): string {
  const hash = createHash("sha1");
  for (const { path, content } of tree) hash.update(`${path}\0${content.length}\0`).update(content);
  return hash.digest("hex");
}

async function waitForVerdict(
  revision: string | undefined,
  timeoutMs: number,
  signal: AbortSignal,
  deps: ServiceDependencies,
): Promise<Verdict | undefined> {
  const wanted = revision ?? (await deps.options.repository.requireBranch());
  const isAbout = (verdict: Verdict) =>
    verdict.revision !== undefined && matchesRevision(wanted, verdict.revision);
  const known = deps.lastVerdict();
  // An earlier pass that was stopped says nothing about the one that follows; one that is stopped now does.
  if (known && isAbout(known) && known.outcome !== "superseded") return known;
  const ended = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  for await (const event of deps.bus.follow(ended))
    if (event.type === "verdict" && isAbout(event.verdict)) return event.verdict;
  return undefined;
}

async function readJournal(
  container: string,
  lines: number,
  signal: AbortSignal,
  { options, status }: ServiceDependencies,
): Promise<string> {
  const known = status.current().objects.map((object) => object.name);
  if (!known.includes(container)) {
    throw new ConveneError({
      code: "UnknownContainer",
      message: `there is no container ${container}`,
      hint: `there are: ${known.join(", ") || "none yet"}`,
    });
  }
  const command = ["journalctl", "--no-pager", "-o", "short-iso", "-n", String(lines)];
  return (await options.lxd.exec({ instance: container, command, timeoutMs: LOGS_MS }, signal)).stdout;
}

async function confirm(id: string, { options, status, loop }: ServiceDependencies) {
  const waiting = status.current().blocked.find((blocked) => blocked.confirmationId === id);
  if (!waiting) return { accepted: false, message: `nothing waits for ${id}; see \`convene status\`` };
  await options.state.confirm(waiting.confirms ?? []);
  loop.wake(`confirmed ${id}`, { urgent: true });
  return { accepted: true, message: `confirmed: ${waiting.message}` };
}
