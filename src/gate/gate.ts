/** Holds back an action that would end calls until nobody is in one. */
import type { Action } from "../plan/action.ts";
import type { Clock } from "../system/clock.ts";
import type { Bridge, Crowd } from "./participants.ts";

const ASK_EVERY_MS = 2_000;
const SAY_EVERY_MS = 10_000;

export interface GateOptions {
  readonly clock: Clock;
  /** Longest wait; then the action goes although people are, or may be, in a call. */
  readonly maxWaitMs: number;
  readonly bridges: readonly Bridge[];
  readonly count: (bridge: Bridge) => Promise<Crowd>;
}

export interface GateRequest {
  readonly action: Action;
  /** When it began to wait, by the monotonic clock: an earlier pass may have ended while it did. */
  readonly since: number;
  /** Asked anew each round: a push with `-o now` may arrive while an action waits. */
  readonly now: () => boolean;
  readonly onWaiting: (message: string) => void;
  readonly signal: AbortSignal;
}

/** Resolves when the action may go. Rejects with the signal's reason when the pass is to stop. */
export async function waitForCallsToEnd(options: GateOptions, request: GateRequest): Promise<void> {
  if (request.action.disruption !== "calls") return;
  const bridges = concerned(request.action, options.bridges);
  let saidAt = Number.NEGATIVE_INFINITY;
  for (;;) {
    request.signal.throwIfAborted();
    if (request.now() || options.clock.monotonic() - request.since >= options.maxWaitMs) return;
    const crowds = await Promise.all(
      bridges.map(async (bridge) => ({ name: bridge.name, ...(await options.count(bridge)) })),
    );
    const words = describeCrowds(crowds);
    if (words === undefined) return;
    // A check has soon left: of that nothing is said at first.
    const isFirst = saidAt === Number.NEGATIVE_INFINITY;
    if (isFirst && crowds.every(isPerhapsEmpty)) saidAt = options.clock.monotonic();
    if (options.clock.monotonic() - saidAt >= SAY_EVERY_MS) {
      saidAt = options.clock.monotonic();
      const minutes = Math.ceil((options.maxWaitMs - (saidAt - request.since)) / 60_000);
      request.onWaiting(`waits: ${words} (at most ${minutes} min more; git push -o now does not wait)`);
    }
    await options.clock.sleep(ASK_EVERY_MS, request.signal);
  }
}

/** A bridge's own action concerns its own calls; turn and signaling carry everybody's. */
function concerned(action: Action, bridges: readonly Bridge[]): readonly Bridge[] {
  const name = containerOf(action);
  const own = bridges.filter((bridge) => bridge.name === name);
  return own.length > 0 ? own : bridges;
}

function containerOf(action: Action): string | undefined {
  if (action.kind === "delete-container") return action.name;
  return "container" in action ? action.container.name : undefined;
}

type BridgeCrowd = { readonly name: string } & Crowd;

/** Whether it may turn out that nobody but checks is there. */
function isPerhapsEmpty(crowd: BridgeCrowd): boolean {
  return crowd.kind === "checks" || (crowd.kind === "counted" && crowd.people === 0);
}

/** Why to wait; undefined when surely nobody is in a call. */
function describeCrowds(crowds: readonly BridgeCrowd[]): string | undefined {
  const people = crowds.reduce((sum, crowd) => sum + (crowd.kind === "counted" ? crowd.people : 0), 0);
  const words = crowds.flatMap((crowd) => {
    if (crowd.kind === "unknown")
      return [`${crowd.name} does not say how many people it carries: ${crowd.why}`];
    return crowd.kind === "checks"
      ? [`a check is on ${crowd.name} just now, and perhaps people are too`]
      : [];
  });
  if (people > 0) words.unshift(`${describePeople(people)} in a call`);
  return words.length === 0 ? undefined : words.join("; ");
}

function describePeople(count: number): string {
  return count === 1 ? "1 person" : `${count} people`;
}
