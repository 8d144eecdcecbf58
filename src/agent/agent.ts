/** The agent put together: loop, triggers, sweeps and scheduled checks, behind one API. */
import { limitCheckRuns } from "../checks/check-runs.ts";
import { checkKind } from "../checks/registry.ts";
import type { AgentApi } from "../control/agent-api.ts";
import { createWaitMemory } from "../gate/wait-memory.ts";
import type { DesiredState } from "../model/desired-state.ts";
import { createTallies } from "../metrics/tallies.ts";
import { withCertificates } from "../observe/observe.ts";
import { observeLxd } from "../observe/observe-lxd.ts";
import { createStatusStore } from "../status/status-store.ts";
import { describeError } from "../system/errors.ts";
import type { Verdict } from "./agent-event.ts";
import type { AgentOptions } from "./agent-options.ts";
import { createAgentService } from "./agent-service.ts";
import { createCertificateSchedule } from "./certificate-schedule.ts";
import { createCheckRunner } from "./check-runner.ts";
import { createCheckWatch } from "./check-watch.ts";
import { createConsulDoor } from "./consul-door.ts";
import { createEventBus } from "./event-bus.ts";
import { createHeldActions } from "./held-actions.ts";
import { type Loop, type PassEnd, type PassRequest, type WakeOptions, createLoop } from "./loop.ts";
import type { PassDependencies } from "./pass-dependencies.ts";
import { createRungLooks } from "./rung-looks.ts";
import { runPass } from "./run-pass.ts";
import { createSiteLoader } from "./site-loader.ts";
import { createSweeper } from "./sweeper.ts";
import { everyCron, followLxd } from "./triggers.ts";
import { createVerification } from "./verification.ts";

export interface Agent {
  readonly api: AgentApi;
  /** Runs until the signal aborts. */
  run(): Promise<void>;
}

/** A pass that ended during a minute counts as that minute's. */
const MINUTE_SLACK_MS = 59_000;
/** Keys other modules write and convene renders from. */
const WATCHED_KEYS = ["service/"];

export function createAgent(options: AgentOptions, signal: AbortSignal): Agent {
  const { clock, logger, random, settings } = options;
  const bus = createEventBus();
  const tallies = createTallies();
  let desired: DesiredState | undefined;
  let verdict: Verdict | undefined;
  let commit: string | undefined;
  let lastPassAt = Number.NEGATIVE_INFINITY;
  const wake = (reason: string, request?: WakeOptions) => loop.wake(reason, request);

  const sweeper = createSweeper({
    lxd: options.lxd,
    clock,
    logger,
    intervalMs: settings.sweepInterval,
    desired: () => desired,
    onDrift: (container) => wake(`drift in ${container}`),
  });
  const runCheck = limitCheckRuns({
    isHeavy: ({ kind }) => checkKind(kind)?.heavy ?? false,
    run: createCheckRunner({
      lxd: options.lxd,
      store: options.store,
      desired: () => desired,
      makeContext: options.checkContext,
    }),
  });
  const watch = createCheckWatch({
    clock,
    logger,
    random,
    signal,
    runCheck,
    rungs: createRungLooks({
      lxd: options.lxd,
      clock,
      project: settings.lxd.project,
      desired: () => desired,
    }),
    memory: options.checkMemory,
    onLook: ({ result }) => {
      tallies.look(result);
      options.alerts.observe(status.current());
    },
    onTrouble: wake,
  });
  const status = createStatusStore(clock, () => watch.statuses());
  const loaderOptions = { ...options, settings };
  const verification = createVerification({
    clock,
    runCheck,
    select: (site) => watch.unproven(site),
    signal,
    onLook: (look, pass) => {
      options.onProgress();
      const explained = watch.saw(look, true);
      bus.publish({ at: clock.now(), pass, type: "check", result: look.result });
      return explained;
    },
  });
  const held = createHeldActions(clock);
  const deps: PassDependencies = {
    options,
    status,
    bus,
    runCheck,
    watch,
    verification,
    waits: createWaitMemory(clock),
    held,
    sweeper,
    signal,
    loader: createSiteLoader(loaderOptions),
    certificates: createCertificateSchedule(clock, random),
    consulDoor: createConsulDoor({
      store: options.store,
      connect: options.connectConsul,
      onChange: () => wake("keys in Consul changed"),
      watched: WATCHED_KEYS,
      signal,
    }),
    worksOn: (next) => {
      if (next !== commit) held.release(clock.monotonic());
      commit = next;
    },
    siteName: () => desired?.site.name ?? "",
    desired: () => desired,
    keepDesired: (next) => {
      desired = next;
      options.alerts.configure(next.receivers);
    },
    lookAgain: async (result) => {
      const host = await observeLxd(options.lxd, [settings.lxd.pool], sweeper.sweeps);
      return withCertificates(
        options.lxd,
        { ...host, consul: result.actual.consul },
        result.desired.certificates,
      );
    },
  };
  const runAndReport = async (pass: PassRequest): Promise<PassEnd> => {
    const end = await runPass(pass, deps);
    options.onProgress();
    return end;
  };
  const loop: Loop = createLoop({ clock, logger, random, runPass: runAndReport });
  bus.listen((event) => {
    tallies.event(event);
    if (event.type !== "verdict") return;
    verdict = event.verdict;
    lastPassAt = clock.monotonic();
  });

  return {
    api: createAgentService({
      ...deps,
      loop,
      lastVerdict: () => verdict,
      tallies,
      pushedLoader: createSiteLoader({ ...loaderOptions, store: options.planStore }),
    }),
    run: async () => {
      const background = (name: string, work: Promise<void>) => {
        work.catch((error: unknown) => {
          if (!signal.aborted)
            logger.error("a trigger stopped", { trigger: name, error: describeError(error) });
        });
      };
      wake("start", { urgent: true });
      const onMinute = () => {
        if (clock.monotonic() - lastPassAt >= settings.passInterval - MINUTE_SLACK_MS) wake("schedule");
      };
      everyCron("0 * * * * *", onMinute, signal);
      background("lxd", followLxd(options.lxd, wake, signal));
      background("sweep", sweeper.run(signal));
      await options.watchSource(() => void sourceChanged(options, commit, loop), status.fetched, signal);
      background("checks", watch.run());
      await loop.run(signal);
      await options.checkMemory.flush();
    },
  };
}

/** Refs may change for many reasons; only another tip of the deployed branch is a push. */
async function sourceChanged(options: AgentOptions, commit: string | undefined, loop: Loop): Promise<void> {
  const tip = await options.repository.resolveBranch().catch(() => undefined);
  if (tip !== undefined && tip === commit) return;
  loop.supersede("a newer revision has arrived");
  loop.wake("push", { urgent: true });
}
