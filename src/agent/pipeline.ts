/**
 * The way of a change, on one page: commit → manifests → model → observe → plan → gate → apply → verify → verdict.
 * Every step looks for itself; nothing live is touched when an earlier one fails; a pass with nothing to do writes
 * nothing.
 */
import { type ActionOutcome, applyPlan } from "../apply/apply-plan.ts";
import type { CheckResult } from "../checks/check.ts";
import type { DesiredState } from "../model/desired-state.ts";
import type { ActualState } from "../observe/actual-state.ts";
import type { Action, Plan } from "../plan/action.ts";
import { orderActions } from "../plan/order.ts";
import { makePlan } from "../plan/plan.ts";
import type { Clock } from "../system/clock.ts";
import { criticalFailures } from "../verify/verify.ts";
import type { AgentEvent } from "./agent-event.ts";
import type { PassRequest } from "./loop.ts";
import type { LoadedSite } from "./site-loader.ts";

/** What a pass asks of the rest of the agent; made in agent.ts. */
export interface PipelineSteps {
  readonly clock: Clock;
  readonly publish: (event: AgentEvent) => void;
  /** The deployed branch's manifests; throws what stops everything before anything live is touched. */
  readonly loadSite: () => Promise<LoadedSite>;
  readonly observe: (site: LoadedSite) => Promise<Observed>;
  readonly planOptions: () => Parameters<typeof makePlan>[2];
  readonly onPlanned: (desired: DesiredState, plan: Plan) => void;
  readonly gate: (
    action: Action,
    pass: PassRequest,
    desired: DesiredState,
    actual: ActualState,
  ) => Promise<void>;
  readonly run: (action: Action, pass: PassRequest) => Promise<void>;
  /** Whether this revision has been proven by the checks already. */
  readonly isHealthy: (revision: string) => boolean;
  readonly verify: (desired: DesiredState, pass: PassRequest) => Promise<readonly CheckResult[]>;
}

export interface Observed {
  readonly desired: DesiredState;
  readonly actual: ActualState;
}

export interface PassResult {
  readonly desired: DesiredState;
  readonly actual: ActualState;
  readonly plan: Plan;
  readonly outcomes: readonly ActionOutcome[];
  /** Undefined when nothing had to be proven. */
  readonly checks: readonly CheckResult[] | undefined;
}

export async function runPipeline(pass: PassRequest, steps: PipelineSteps): Promise<PassResult> {
  const site = await steps.loadSite();
  const { desired, actual } = await steps.observe(site);
  const plan = makePlan(desired, actual, steps.planOptions());
  steps.publish({
    at: steps.clock.now(),
    pass: pass.pass,
    type: "planned",
    revision: desired.revision,
    plan,
  });
  steps.onPlanned(desired, plan);

  const before = withActions(plan, (action) => action.afterVerify !== true);
  const applied = await applyPlan(before, hooksFor(pass, steps, desired, actual));
  if (!succeeded(applied)) return { desired, actual, plan, outcomes: applied, checks: undefined };

  const proven = steps.isHealthy(desired.revision) && applied.length === 0;
  const checks = proven ? undefined : await steps.verify(desired, pass);
  if (checks && criticalFailures(checks).length > 0)
    return { desired, actual, plan, outcomes: applied, checks };

  const after = withActions(plan, (action) => action.afterVerify === true);
  const retired = await applyPlan(after, hooksFor(pass, steps, desired, actual));
  return { desired, actual, plan, outcomes: [...applied, ...retired], checks };
}

/** An optional action that failed (a certificate) is reported, and stops neither verification nor the verdict. */
export function succeeded(outcomes: readonly ActionOutcome[]): boolean {
  return outcomes.every((outcome) => outcome.result === "done" || outcome.action.optional === true);
}

/** A part of the plan; what it waited for outside of the part is done by then. */
function withActions(plan: Plan, keep: (action: Action) => boolean): Plan {
  return { ...plan, actions: orderActions(plan.actions.filter(keep)) };
}

function hooksFor(pass: PassRequest, steps: PipelineSteps, desired: DesiredState, actual: ActualState) {
  const base = () => ({ at: steps.clock.now(), pass: pass.pass });
  return {
    clock: steps.clock,
    signal: pass.superseded,
    gate: (action: Action) => steps.gate(action, pass, desired, actual),
    run: (action: Action) => steps.run(action, pass),
    onStart: ({ id, subject }: Action) => steps.publish({ ...base(), type: "action-started", id, subject }),
    onEnd: (outcome: ActionOutcome) => steps.publish({ ...base(), ...endEvent(outcome) }),
  };
}

function endEvent({ action, result, milliseconds, error, because }: ActionOutcome) {
  const { id, subject } = action;
  if (result === "failed" && error) return { type: "action-failed", id, subject, error } as const;
  if (result === "skipped") return { type: "action-skipped", id, subject, because: because ?? "" } as const;
  return { type: "action-finished", id, subject, milliseconds } as const;
}
