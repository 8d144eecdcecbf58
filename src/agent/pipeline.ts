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
import { type GiveWay, createGiveWay } from "./give-way.ts";
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
  /** Resolves when the action may go; rejects with the signal's reason when the pass is to stop. */
  readonly gate: (action: Action, pass: PassRequest, seen: Observed, stop: AbortSignal) => Promise<void>;
  readonly run: (action: Action, pass: PassRequest) => Promise<void>;
  /** Whether this revision has been proven by the checks already. */
  readonly isHealthy: (revision: string) => boolean;
  /** Undefined when it was cut short, by a newer revision or to give way. */
  readonly verify: (
    desired: DesiredState,
    pass: PassRequest,
    giveWay: AbortSignal,
  ) => Promise<readonly CheckResult[] | undefined>;
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
  /** Undefined when nothing had to be proven, or it was not because the pass ended early. */
  readonly checks: readonly CheckResult[] | undefined;
  /** It only waited, and another pass has work to do: there is no verdict yet. */
  readonly gaveWay: boolean;
}

export async function runPipeline(pass: PassRequest, steps: PipelineSteps): Promise<PassResult> {
  const site = await steps.loadSite();
  const seen = await steps.observe(site);
  const { desired, actual } = seen;
  const plan = makePlan(desired, actual, steps.planOptions());
  steps.publish({
    at: steps.clock.now(),
    pass: pass.pass,
    type: "planned",
    revision: desired.revision,
    plan,
  });
  steps.onPlanned(desired, plan);

  const undone = new Set(plan.actions.map((action) => action.id));
  const giveWay = createGiveWay({
    pass,
    hasWork: async () => {
      const now = await steps.observe(site);
      const next = makePlan(now.desired, now.actual, steps.planOptions());
      return next.actions.some((action) => !undone.has(action.id));
    },
  });
  const apply = (keep: (action: Action) => boolean) =>
    applyPlan(withActions(plan, keep), hooksFor(pass, steps, seen, giveWay, undone));
  const end = (outcomes: readonly ActionOutcome[], checks?: readonly CheckResult[]): PassResult => ({
    desired,
    actual,
    plan,
    outcomes,
    checks,
    gaveWay: checks === undefined && giveWay.signal.aborted,
  });
  try {
    const applied = await apply((action) => action.afterVerify !== true);
    if (!succeeded(applied)) return end(applied);

    const proven = steps.isHealthy(desired.revision) && applied.length === 0;
    const checks = proven
      ? undefined
      : await giveWay.waiting(() => steps.verify(desired, pass, giveWay.signal));
    const unproven = checks === undefined && !proven;
    if (unproven || criticalFailures(checks ?? []).length > 0) return end(applied, checks);

    const retired = await apply((action) => action.afterVerify === true);
    return end([...applied, ...retired], checks);
  } finally {
    giveWay.end();
  }
}

/** An optional action that failed (a certificate) is reported, and stops neither verification nor the verdict. */
export function succeeded(outcomes: readonly ActionOutcome[]): boolean {
  return outcomes.every((outcome) => outcome.result === "done" || outcome.action.optional === true);
}

/** A part of the plan; what it waited for outside of the part is done by then. */
function withActions(plan: Plan, keep: (action: Action) => boolean): Plan {
  return { ...plan, actions: orderActions(plan.actions.filter(keep)) };
}

function hooksFor(
  pass: PassRequest,
  steps: PipelineSteps,
  seen: Observed,
  giveWay: GiveWay,
  undone: Set<string>,
) {
  const base = () => ({ at: steps.clock.now(), pass: pass.pass });
  const stop = AbortSignal.any([pass.superseded, giveWay.signal]);
  return {
    clock: steps.clock,
    signal: stop,
    gate: (action: Action) => giveWay.waiting(() => steps.gate(action, pass, seen, stop)),
    run: (action: Action) => giveWay.working(() => steps.run(action, pass)),
    onStart: ({ id, subject }: Action) => steps.publish({ ...base(), type: "action-started", id, subject }),
    onEnd: (outcome: ActionOutcome) => {
      if (outcome.result === "done") undone.delete(outcome.action.id);
      steps.publish({ ...base(), ...endEvent(outcome) });
    },
  };
}

function endEvent({ action, result, milliseconds, error, because }: ActionOutcome) {
  const { id, subject } = action;
  if (result === "failed" && error) return { type: "action-failed", id, subject, error } as const;
  if (result === "skipped") return { type: "action-skipped", id, subject, because: because ?? "" } as const;
  return { type: "action-finished", id, subject, milliseconds } as const;
}
