/** Runs a plan's actions in parallel where nothing stands between them. */
import type { Action, Plan } from "../plan/action.ts";
import { type Clock, startStopwatch } from "../system/clock.ts";
import { type ErrorReport, reportError } from "../system/errors.ts";
import { type Slots, createSlots } from "./slots.ts";

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
  const running = new Map<string, Promise<void>>();
  const slots = createSlots();
  const finish = (outcome: ActionOutcome) => {
    outcomes.set(outcome.action.id, outcome);
    hooks.onEnd(outcome);
  };
  const runToEnd = async (action: Action) => {
    const outcome = await runOne(action, hooks, slots);
    running.delete(action.id);
    finish(outcome);
  };
  for (;;) {
    for (const action of takeReady(pending, outcomes, hooks.signal, finish))
      running.set(action.id, runToEnd(action));
    if (running.size === 0) return [...outcomes.values()];
    await Promise.race(running.values());
  }
}

/** Removes from `pending` what can start now, and finishes as skipped what never can. */
function takeReady(
  pending: Action[],
  outcomes: ReadonlyMap<string, ActionOutcome>,
  stop: AbortSignal,
  finish: (outcome: ActionOutcome) => void,
): Action[] {
  const ready: Action[] = [];
  for (const action of pending.slice()) {
    const failed = action.dependsOn.find((id) => outcomes.has(id) && outcomes.get(id)?.result !== "done");
    const waits = !stop.aborted && failed === undefined && action.dependsOn.some((id) => !outcomes.has(id));
    if (waits) continue;
    pending.splice(pending.indexOf(action), 1);
    if (stop.aborted) finish(skipped(action, reasonOf(stop)));
    else if (failed !== undefined) finish(skipped(action, `${failed} did not succeed`));
    else ready.push(action);
  }
  return ready;
}

/** Who waits at the gate takes no slot: what may go at once passes by. */
async function runOne(action: Action, hooks: ApplyHooks, slots: Slots): Promise<ActionOutcome> {
  let elapsed = startStopwatch(hooks.clock);
  try {
    await hooks.gate(action);
    return await slots.run(action.kind, async () => {
      hooks.signal.throwIfAborted();
      hooks.onStart(action);
      elapsed = startStopwatch(hooks.clock);
      await hooks.run(action);
      return { action, result: "done", milliseconds: elapsed() };
    });
  } catch (error) {
    if (hooks.signal.aborted && error === hooks.signal.reason) return skipped(action, reasonOf(hooks.signal));
    const report = { subject: action.subject, ...reportError(error) };
    return { action, result: "failed", milliseconds: elapsed(), error: report };
  }
}

function skipped(action: Action, because: string): ActionOutcome {
  return { action, result: "skipped", milliseconds: 0, because };
}

/** Why a pass was stopped, in the words of who stopped it. */
export function reasonOf(signal: AbortSignal): string {
  return signal.reason instanceof Error ? signal.reason.message : "the pass was stopped";
}
