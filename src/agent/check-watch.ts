/** The checks of the agent: looked at on time, remembered, explained by what they stand on. */
import type { CheckRunner } from "../checks/check-runs.ts";
import { explainedBy, intervalOf, isCertain } from "../checks/registry.ts";
import { createScheduler } from "../checks/scheduler.ts";
import { type Board, createBoard } from "../checks/states/board.ts";
import { type CheckState, confirmationOf } from "../checks/states/check-state.ts";
import { pauseAfter } from "../checks/states/pause.ts";
import { siteRungs } from "../checks/states/site-rungs.ts";
import { createWatch, type Look } from "../checks/states/watch.ts";
import { createTranscript } from "../checks/transcript.ts";
import type { DesiredCheck, DesiredState } from "../model/desired-state.ts";
import type { ActualState } from "../observe/actual-state.ts";
import type { CheckMemoryStore } from "../status/check-memory.ts";
import { checkStatuses, type CheckStatus } from "../status/check-status.ts";
import type { Clock } from "../system/clock.ts";
import { describeError } from "../system/errors.ts";
import type { Logger } from "../system/logger.ts";
import { createProof, type GoodLook } from "../verify/proof.ts";
import type { RungLooks } from "./rung-looks.ts";

export interface CheckWatch {
  readonly board: Board;
  /** One look now, unless something keeps it from being asked. */
  look(name: string): Promise<void>;
  statuses(): readonly CheckStatus[];
  /** What is there now is to be looked at; what is gone no longer. */
  configure(desired: DesiredState): void;
  /** A look that somebody else made; `final`: what is being changed does not excuse it any more. */
  saw(look: Look, final?: boolean): Promise<void>;
  /** What a pass found when it ended. */
  passEnded(desired: DesiredState, actual: ActualState): Promise<void>;
  /** What fails there is excused until the changes end, and must be proven anew. */
  beginChange(container: string): void;
  /** One change in there is done; others may follow. */
  changed(container: string): void;
  endChanges(): void;
  /** Containers in which a unit did not run when it was last looked at. */
  suspects(): readonly string[];
  /** The checks that must run for what is there to be proven. */
  unproven(desired: DesiredState): readonly DesiredCheck[];
  /** Looks on time until the signal aborts. */
  run(): Promise<void>;
}

export interface CheckWatchOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly runCheck: CheckRunner;
  readonly rungs: RungLooks;
  readonly memory: CheckMemoryStore;
  /** After each look, when it has been recorded. */
  readonly onLook: (look: Look) => void;
  /** A check has just gone down, or what checks stand on has just failed: it has been recorded. */
  readonly onTrouble: (reason: string) => void;
}

/** First looks are spread over this time, so that a start does not make all of them at once. */
const SPREAD_MS = 15_000;

export function createCheckWatch(options: CheckWatchOptions): CheckWatch {
  const { clock, signal, random, rungs } = options;
  let checks: ReadonlyMap<string, DesiredCheck> = new Map();
  const { memory } = options;
  const board = createBoard({ clock, isCertain, explainedBy, remembered: memory.remembered });
  memory.source(() => board.memories());
  const lastStates = new Map<string, CheckState>();
  const proof = createProof({ clock, intervalOf, goodLook: (name) => goodLook(board, name) });

  const ask = async (name: string): Promise<Look | undefined> => {
    const check = checks.get(name);
    if (check) {
      const transcript = createTranscript();
      const begunAt = clock.monotonic();
      const result = await options.runCheck(check, signal, transcript.say);
      return signal.aborted ? undefined : { result, transcript: transcript.lines(), begunAt };
    }
    const begunAt = clock.monotonic();
    const result = await rungs.ask(name);
    return result && { result, transcript: [], begunAt };
  };

  const stateOf = (name: string) => board.standing(name)?.state;
  const watch = createWatch({
    board,
    isCertain,
    explainedBy,
    ask,
    soon: (names) => scheduler.soon(names),
    onLook: (look) => {
      scheduler.looked(look.result.name);
      remember(look);
      options.onLook(look);
    },
    onFailing: ({ name, message }) => {
      if (!checks.has(name)) options.onTrouble(`${name}: ${message}`);
    },
  });
  const failingUnits = () =>
    [...board.graph().rungs.values()].filter(({ sort, name }) => sort === "unit" && board.isFailing(name));
  const remember = (look: Look): void => {
    const { name, ok } = look.result;
    const state = stateOf(name);
    const before = lastStates.get(name);
    if (state) lastStates.set(name, state);
    // What checks stand on is looked at by every pass: that it goes on working is no news.
    const news = checks.has(name) || !ok || memory.historyOf(name).looks.at(-1)?.reason !== "ok";
    if (news) memory.add(look, state !== before && (state !== "up" || before === "down"));
  };
  const intervalMs = (name: string) => {
    const check = checks.get(name);
    return check ? intervalOf(check) : SPREAD_MS;
  };
  /** What checks stand on is looked at until its bad looks are forgotten: they must not count with one of next week. */
  const isDoubted = (name: string) =>
    !checks.has(name) &&
    (board
      .memories()
      .get(name)
      ?.belief.looks.some(({ good }) => !good) ??
      false);
  const scheduler = createScheduler({
    names: () => [...board.graph().rungs.keys()],
    look: async (name) => {
      const before = stateOf(name);
      await watch.look(name);
      if (checks.has(name) && before !== "down" && stateOf(name) === "down")
        options.onTrouble(`check ${name} is down`);
    },
    pause: (name) => {
      const standing = board.standing(name);
      return standing && pauseAfter(standing, board.isFailing(name) || isDoubted(name), intervalMs(name));
    },
    spread: (name) => {
      // What an earlier process found failing below would otherwise explain failures for ever.
      if (!checks.has(name)) return board.isFailing(name) ? SPREAD_MS : undefined;
      // What has been verified a moment ago need not be looked at again.
      return board.order(name) > 0 ? intervalMs(name) : Math.min(SPREAD_MS, intervalMs(name));
    },
    onError: (error, name) =>
      options.logger.error("a check broke", { check: name, error: describeError(error) }),
    clock,
    random,
    signal,
  });

  return {
    board,
    look: (name) => watch.look(name),
    statuses: () => checkStatuses(board.standings()),
    configure: (desired) => {
      checks = new Map(desired.checks.map((check) => [check.name, check]));
      board.configure(siteRungs(desired), (name) => confirmationOf(checks.get(name)?.confirm));
      const { rungs: there } = board.graph();
      memory.keep(new Set(there.keys()));
      for (const name of lastStates.keys()) if (!there.has(name)) lastStates.delete(name);
      proof.keep(new Set(checks.keys()), new Set(desired.containers.map(({ name }) => name)));
      scheduler.refresh();
    },
    saw: (look, final = false) => watch.saw(look, { final }),
    passEnded: async (desired, actual) => {
      for (const result of rungs.ofPass(desired, actual))
        await watch.saw({ result, transcript: [], begunAt: clock.monotonic() });
      // It may have started them: the verdict and the states say the same.
      await Promise.all(failingUnits().map(({ name }) => watch.look(name)));
    },
    suspects: () => [...new Set(failingUnits().flatMap(({ container }) => container ?? []))],
    beginChange: (container) => {
      board.beginChange(container);
      proof.touched(container);
    },
    changed: (container) => proof.touched(container),
    unproven: (desired) => proof.unproven(desired.checks, board.graph()),
    endChanges: () => scheduler.soon(board.endChanges().filter((name) => checks.has(name))),
    run: () => scheduler.run(),
  };
}

/** Of this process: what an earlier one saw may have changed since. */
function goodLook(board: Board, name: string): GoodLook | undefined {
  const { belief, last } = board.memories().get(name) ?? {};
  const good = last?.outcome === "good" || last?.outcome === "draining";
  const begunAt = board.begunAt(name);
  if (!last || !good || belief?.confirmed === "down" || begunAt === undefined) return undefined;
  return { checkedAt: last.result.checkedAt, begunAt };
}
