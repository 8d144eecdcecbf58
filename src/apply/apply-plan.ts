/** Runs a plan's actions in parallel where nothing stands between them. */
import type { Action, ActionKind, Plan } from "../plan/action.ts";
import type { Clock } from "../system/clock.ts";
import { type ErrorReport, reportError } from "../system/errors.ts";

/** How many of a kind run at once: creating is bound by the disk, starting by the processor. */
const CONCURRENCY: Readonly<Partial<Record<ActionKind, number>>> = {
  "build-image": 2,
  "create-container": 2,
  "start-container": 4,
  "issue-certificate": 1,
};
const OTHERWISE = 4;

export interface ActionOutcome {
  readonly action: Action;
  readonly result: "done" | "failed" | "skipped";
  readonly milliseconds: number;
  readonly error?: ErrorReport;
  /** Why it was skipped. */
  readonly because?: string;
}

export interface ApplyHooks {
  readonly clock: Clock;
  /** Resolves when the action may go (src/gate/). */
  readonly gate: (action: Action) => Promise<void>;
  readonly run: (action: Action) => Promise<void>;
  readonly onStart: (action: Action) => void;
  readonly onEnd: (outcome: ActionOutcome) => void;
  /** Aborted with the reason when the pass is to stop: what runs is finished, nothing more is started. */
  readonly signal: AbortSignal;
}

/** Never throws for a failing action; each outcome is reported, in the order the actions ended. */
export async function applyPlan(plan: Plan, hooks: ApplyHooks): Promise<readonly ActionOutcome[]> {
  const outcomes = new Map<string, ActionOutcome>();
  const pending = [...plan.actions];
  const running = new Map<string, { readonly kind: ActionKind; readonly ended: Promise<void> }>();
  const finish = (outcome: ActionOutcome) => {
    outcomes.set(outcome.action.id, outcome);
    hooks.onEnd(outcome);
  };
  const runToEnd = async (action: Action) => {
    const outcome = await runOne(action, hooks);
    running.delete(action.id);
    finish(outcome);
  };
  for (;;) {
    for (const action of takeReady(pending, outcomes, running, hooks.signal, finish)) {
      const ended = runToEnd(action);
      running.set(action.id, { kind: action.kind, ended });
    }
    if (running.size === 0) return [...outcomes.values()];
    await Promise.race([...running.values()].map((one) => one.ended));
  }
}

/** Removes from `pending` what can start now, and finishes as skipped what never can. */
function takeReady(
  pending: Action[],
  outcomes: ReadonlyMap<string, ActionOutcome>,
  running: ReadonlyMap<string, { readonly kind: ActionKind }>,
  stop: AbortSignal,
  finish: (outcome: ActionOutcome) => void,
): Action[] {
  const ready: Action[] = [];
  for (const action of pending.slice()) {
    const failed = action.dependsOn.find((id) => outcomes.has(id) && outcomes.get(id)?.result !== "done");
    if (stop.aborted || failed !== undefined) {
      pending.splice(pending.indexOf(action), 1);
      finish({
        action,
        result: "skipped",
        milliseconds: 0,
        because: stop.aborted ? reasonOf(stop) : `${failed} did not succeed`,
      });
      continue;
    }
    const free = action.dependsOn.every((id) => outcomes.has(id));
    const busy = [...running.values(), ...ready].filter((one) => one.kind === action.kind).length;
    if (!free || busy >= (CONCURRENCY[action.kind] ?? OTHERWISE)) continue;
    pending.splice(pending.indexOf(action), 1);
    ready.push(action);
  }
  return ready;
}

async function runOne(action: Action, hooks: ApplyHooks): Promise<ActionOutcome> {
  let started = hooks.clock.now();
  try {
    await hooks.gate(action);
    hooks.onStart(action);
    started = hooks.clock.now();
    await hooks.run(action);
    return { action, result: "done", milliseconds: hooks.clock.now() - started };
  } catch (error) {
    if (hooks.signal.aborted && error === hooks.signal.reason)
      return { action, result: "skipped", milliseconds: 0, because: reasonOf(hooks.signal) };
    const report = { subject: action.subject, ...reportError(error) };
    return { action, result: "failed", milliseconds: hooks.clock.now() - started, error: report };
  }
}

/** Why a pass was stopped, in the words of who stopped it. */
export function reasonOf(signal: AbortSignal): string {
  return signal.reason instanceof Error ? signal.reason.message : "the pass was stopped";
}
