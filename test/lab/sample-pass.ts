/** Passes over a simulated host through the agent's own pipeline: observe, plan, apply, retire. */
import { type PassResult, type PipelineSteps, runPipeline } from "../../src/agent/pipeline.ts";
import type { PassRequest } from "../../src/agent/loop.ts";
import { runAction } from "../../src/apply/run-action.ts";
import type { CheckResult } from "../../src/checks/check.ts";
import type { DesiredState } from "../../src/model/desired-state.ts";
import type { ActualState, ContainerSweep } from "../../src/observe/actual-state.ts";
import { foreignKeys, observeHost, withCertificates } from "../../src/observe/observe.ts";
import type { Plan } from "../../src/plan/action.ts";
import { makePlan, type PlanOptions } from "../../src/plan/plan.ts";
import { createHastyClock } from "./fake-clock.ts";
import type { FakeHost } from "./fake-host.ts";
import { NO_PLAN_OPTIONS, SAMPLE_HOST } from "./sample-site.ts";
import { silentLogger } from "./silent-logger.ts";

/** Desired state from the foreign keys, as the model builds it. */
export type Build = (foreign: ReadonlyMap<string, string> | undefined) => DesiredState;

export interface SamplePassOptions extends PlanOptions {
  readonly checks: readonly CheckResult[];
  readonly sweeps: ReadonlyMap<string, ContainerSweep>;
}

export async function observeSample(
  host: FakeHost,
  build: Build,
  sweeps: ReadonlyMap<string, ContainerSweep> = new Map(),
): Promise<{ readonly desired: DesiredState; readonly actual: ActualState }> {
  const { consul } = build(undefined);
  const { site, pool } = SAMPLE_HOST;
  const seen = await observeHost(host, { site, pools: [pool], consul, sweeps });
  const desired = build(foreignKeys(seen.consul, site));
  return { desired, actual: await withCertificates(host.lxd, seen, desired.certificates) };
}

export async function planSample(
  host: FakeHost,
  build: Build,
  options: PlanOptions = NO_PLAN_OPTIONS,
): Promise<Plan> {
  const { desired, actual } = await observeSample(host, build);
  return makePlan(desired, actual, options);
}

export async function passSample(
  host: FakeHost,
  build: Build,
  options: Partial<SamplePassOptions> = {},
): Promise<PassResult> {
  return runPipeline(sampleRequest(), sampleSteps(host, build, options));
}

export function sampleRequest(): PassRequest {
  const superseded = new AbortController().signal;
  const onWake = () => () => undefined;
  return { pass: 1, wakeups: ["test"], now: () => false, askedAt: 0, superseded, onWake };
}

export function sampleSteps(
  host: FakeHost,
  build: Build,
  options: Partial<SamplePassOptions> = {},
): PipelineSteps {
  const clock = createHastyClock();
  return {
    clock,
    publish: () => undefined,
    loadSite: async () => ({
      revision: build(undefined).revision,
      name: SAMPLE_HOST.site,
      consul: build(undefined).consul,
      token: undefined,
      secretNames: new Set<string>(),
      build: async (foreign) => build(foreign),
    }),
    observe: () => observeSample(host, build, options.sweeps),
    planOptions: () => ({ ...NO_PLAN_OPTIONS, ...options }),
    onPlanned: () => undefined,
    gate: async () => undefined,
    run: (action) =>
      runAction(action, {
        lxd: host.lxd,
        consul: host.consul,
        clock,
        logger: silentLogger,
        site: SAMPLE_HOST.site,
        pool: SAMPLE_HOST.pool,
        project: NO_PLAN_OPTIONS.project,
        buildNetwork: "convbuild0",
        progress: () => undefined,
        signal: new AbortController().signal,
      }),
    isHealthy: () => false,
    verify: async () => options.checks ?? [],
  };
}

/** Passes until there is nothing to do; answers the last plan, which is empty unless `limit` was too few. */
export async function converge(
  host: FakeHost,
  build: Build,
  options: Partial<SamplePassOptions> & { readonly limit?: number } = {},
): Promise<Plan> {
  for (let pass = 0; pass < (options.limit ?? 5); pass += 1) {
    const plan = await planSample(host, build, { ...NO_PLAN_OPTIONS, ...options });
    if (plan.actions.length === 0) return plan;
    await passSample(host, build, options);
  }
  return planSample(host, build, { ...NO_PLAN_OPTIONS, ...options });
}
