/** One pass from start to verdict, with everything that is told about it: status, history, alerts, events. */
import { runAction } from "../apply/run-action.ts";
import type { Consul } from "../consul/consul.ts";
import { countParticipants } from "../gate/participants.ts";
import { waitForCallsToEnd } from "../gate/gate.ts";
import type { DesiredState } from "../model/desired-state.ts";
import type { WaitMemory } from "../gate/wait-memory.ts";
import type { ActualState } from "../observe/actual-state.ts";
import { foreignKeys, observeHost, withCertificates } from "../observe/observe.ts";
import type { Action } from "../plan/action.ts";
import { shortRevision } from "../source/revision.ts";
import type { StatusStore } from "../status/status-store.ts";
import { ConveneError } from "../system/errors.ts";
import { criticalFailures } from "../verify/verify.ts";
import type { Verdict } from "./agent-event.ts";
import type { AgentOptions } from "./agent-options.ts";
import type { CertificateSchedule } from "./certificate-schedule.ts";
import type { CheckRunner } from "./check-runner.ts";
import type { ConsulDoor } from "./consul-door.ts";
import type { EventBus } from "./event-bus.ts";
import type { PassEnd, PassRequest } from "./loop.ts";
import { type Observed, type PassResult, type PipelineSteps, runPipeline } from "./pipeline.ts";
import type { LoadedSite, SiteLoader } from "./site-loader.ts";
import type { Sweeper } from "./sweeper.ts";
import { tellGaveWay, tellPass } from "./tell-pass.ts";
import { type JudgedPass, judgeError, judgePass } from "./verdict.ts";
import type { Verification } from "./verification.ts";

export interface PassDependencies {
  readonly options: AgentOptions;
  readonly status: StatusStore;
  readonly bus: EventBus;
  readonly loader: SiteLoader;
  readonly consulDoor: ConsulDoor;
  readonly sweeper: Pick<Sweeper, "sweeps" | "forget">;
  readonly certificates: CertificateSchedule;
  readonly runCheck: CheckRunner;
  readonly verification: Verification;
  readonly waits: WaitMemory;
  /** The commit this pass is about. */
  readonly worksOn: (commit: string) => void;
  /** The site's name, once a pass has seen it. */
  readonly siteName: () => string;
  /** What is there after the actions, for the table. */
  readonly lookAgain: (result: PassResult) => Promise<ActualState>;
  /** The desired state of the last pass that got so far. */
  readonly desired: () => DesiredState | undefined;
  readonly keepDesired: (desired: DesiredState) => void;
  /** Stops actions at once when the agent stops. */
  readonly signal: AbortSignal;
}

export async function runPass(pass: PassRequest, deps: PassDependencies): Promise<PassEnd> {
  const { options, status, bus } = deps;
  const started = options.clock.now();
  const suspension = options.state.suspension();
  status.suspended(suspension);
  if (suspension !== undefined) {
    const verdict = suspendedVerdict(suspension);
    bus.publish({ at: started, pass: pass.pass, type: "verdict", verdict });
    return { retry: false };
  }
  status.passStarted(pass.wakeups);
  bus.publish({ at: started, pass: pass.pass, type: "pass-started", wakeups: pass.wakeups });
  const confirmed = options.state.confirmed();
  const opened: { commit?: string; consul?: Consul } = {};
  let result: PassResult | undefined;
  let end: JudgedPass;
  try {
    result = await runPipeline(pass, stepsFor(deps, opened));
    if (result.gaveWay && !pass.superseded.aborted) {
      await tellGaveWay(pass, result, options.clock.now() - started, deps);
      return { retry: false };
    }
    end = judgePass(result, pass.superseded, options.clock.now() - started);
  } catch (error) {
    end = judgeError(error, pass.superseded, options.clock.now() - started);
    if (opened.commit !== undefined) end = { ...end, verdict: { revision: opened.commit, ...end.verdict } };
  }
  deps.verification.settled();
  await tellPass(pass, end.verdict, result, deps);
  if (end.verdict.outcome === "ready" && result) await tidyUp(pass, result, confirmed, options);
  return end;
}

/** What the finished revision no longer needs: passwords of people who are gone, confirmations that were used. */
async function tidyUp(
  pass: PassRequest,
  result: PassResult,
  confirmed: ReadonlySet<string>,
  { store, state }: AgentOptions,
): Promise<void> {
  if (result.outcomes.length === 0 && pass.pass > 1) return;
  const people = result.desired.accounts.filter((account) => !account.internal);
  await store.prune("passwords", new Set(people.map(({ jid }) => jid.slice(0, jid.lastIndexOf("@")))));
  await state.keepConfirmations(new Set([...state.confirmed()].filter((id) => !confirmed.has(id))));
}

function stepsFor(deps: PassDependencies, opened: { commit?: string; consul?: Consul }): PipelineSteps {
  const { options, status, bus, certificates } = deps;
  const consul = () => {
    if (opened.consul) return opened.consul;
    throw new ConveneError({ code: "ConsulUnreachable", message: "no door to Consul yet", retryable: true });
  };
  return {
    clock: options.clock,
    publish: (event) => {
      options.onProgress();
      bus.publish(event);
    },
    loadSite: async () => {
      opened.commit = await options.repository.requireBranch();
      const { commit } = opened;
      deps.worksOn(commit);
      return deps.loader.load(commit, () => options.repository.readTree(commit));
    },
    observe: async (site) => {
      opened.consul = await deps.consulDoor.open(site);
      const observed = await observeSite(site, opened.consul, deps);
      deps.keepDesired(observed.desired);
      certificates.saw(observed.actual.certificates);
      return observed;
    },
    planOptions: () => ({
      confirmed: options.state.confirmed(),
      held: certificates.held(),
      due: certificates.due(),
    }),
    onPlanned: (desired, plan) => {
      deps.waits.keep(new Set(plan.actions.map((action) => action.id)));
      status.planned({
        revision: desired.revision,
        site: desired.site.name,
        url: `https://${desired.site.domain}/`,
        actions: plan.actions.length,
      });
    },
    gate: (action, pass, seen, stop) => gateFor(action, pass, seen, stop, deps),
    run: async (action, pass) => {
      await act(action, pass, consul(), deps);
      options.onProgress();
    },
    isHealthy: (revision) => {
      const current = status.current();
      return current.revision.healthy === revision && criticalFailures(current.checks).length === 0;
    },
    verify: (desired, pass, giveWay) => deps.verification.run(desired, pass, giveWay),
  };
}

/** Keys come first, because what is desired depends on them; then the certificates that are desired. */
export async function observeSite(
  site: LoadedSite,
  consul: Consul,
  deps: Pick<PassDependencies, "options" | "sweeper">,
) {
  const { lxd, settings } = deps.options;
  const host = await observeHost(
    { lxd, consul },
    { site: site.name, pools: [settings.lxd.pool], consul: site.consul, sweeps: deps.sweeper.sweeps },
  );
  const desired = await site.build(foreignKeys(host.consul, site.name));
  return { desired, actual: await withCertificates(lxd, host, desired.certificates) };
}

async function gateFor(
  action: Action,
  pass: PassRequest,
  { desired, actual }: Observed,
  stop: AbortSignal,
  deps: PassDependencies,
): Promise<void> {
  const { options, bus } = deps;
  const bridges = actual.containers
    .filter((one) => one.owned && one.statusCode === 103 && one.record.role === "active")
    .flatMap((one) => (one.record.conferences ? [{ name: one.name, statsUrl: one.record.conferences }] : []));
  await waitForCallsToEnd(
    {
      clock: options.clock,
      maxWaitMs: options.settings.gate.maxWait,
      bridges,
      count: (bridge) => countParticipants(bridge, options.logger),
    },
    {
      action,
      since: deps.waits.since(action.id),
      now: pass.now,
      signal: stop,
      onWaiting: (message) => {
        options.onProgress();
        bus.publish({
          at: options.clock.now(),
          pass: pass.pass,
          type: "waiting",
          subject: action.subject,
          message,
        });
      },
    },
  );
  options.logger.info("an action goes ahead", {
    action: action.id,
    revision: shortRevision(desired.revision),
  });
}

async function act(action: Action, pass: PassRequest, consul: Consul, deps: PassDependencies): Promise<void> {
  const { options, bus, sweeper } = deps;
  try {
    await runAction(action, {
      lxd: options.actingLxd,
      consul,
      clock: options.clock,
      logger: options.logger,
      site: deps.siteName(),
      pool: options.settings.lxd.pool,
      buildNetwork: options.settings.lxd.buildNetwork,
      signal: deps.signal,
      progress: (message) => {
        options.onProgress();
        bus.publish({
          at: options.clock.now(),
          pass: pass.pass,
          type: "action-progress",
          id: action.id,
          message,
        });
      },
    });
    if (action.kind === "issue-certificate") deps.certificates.succeeded(action.certificate.domain);
  } catch (error) {
    if (action.kind === "issue-certificate") deps.certificates.failed(action.certificate.domain);
    throw error;
  } finally {
    if ("container" in action) sweeper.forget(action.container.name);
  }
}

function suspendedVerdict(reason: string): Verdict {
  const message = `suspended: ${reason}; \`sudo convene resume\` goes on`;
  return { outcome: "suspended", reason: "Suspended", message, actions: 0, milliseconds: 0 };
}
