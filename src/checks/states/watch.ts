/**
 * Looks at rungs, and at what is below them when they fail: a failure counts only when nothing below it fails, as of
 * after the failure. What stands on something that works again is looked at at once, and so is what was well by its last
 * look and stands on something that fails now.
 */
import type { CheckResult } from "../check.ts";
import type { Board } from "./board.ts";
import { type ExplainedBy, type IsCertain, judgeLook } from "./judge-look.ts";
import { explaining, mayBeExplained } from "./explain.ts";

/** What came of a look, and what was said on the wire. */
export interface Found {
  readonly result: CheckResult;
  readonly transcript: readonly string[];
}

export interface Look extends Found {
  /** By the monotonic clock: what was changed after it began, it says nothing of. */
  readonly begunAt: number;
}

export interface WatchOptions {
  readonly board: Board;
  readonly isCertain: IsCertain;
  readonly explainedBy: ExplainedBy;
  /** Looks at the rung of this name; undefined when it is gone. */
  readonly ask: (name: string) => Promise<Look | undefined>;
  /** Wants these looked at now. */
  readonly soon: (names: readonly string[]) => void;
  /** After each look: it has been recorded. */
  readonly onLook: (look: Look) => void;
  /** A look of its own found that this fails, which did not: it has been recorded. */
  readonly onFailing?: (result: CheckResult) => void;
}

export interface SawOptions {
  /** The last word after a change: the change excuses nothing any more. */
  readonly final?: boolean;
}

export interface Watch {
  /** One look, unless something keeps it from being asked; joins one that is under way. */
  look(name: string): Promise<void>;
  /** A look that somebody else made: verification, a pass, a person. */
  saw(look: Look, options?: SawOptions): Promise<void>;
}

export function createWatch({
  board,
  isCertain,
  explainedBy,
  ask,
  soon,
  onLook,
  onFailing,
}: WatchOptions): Watch {
  const underWay = new Map<string, Promise<void>>();
  /** Those whose answer is there and not recorded yet. */
  const answered = new Set<string>();

  const lookNow = async (name: string, also: { readonly changing: boolean }): Promise<void> => {
    if (board.blocker(name) !== undefined || (board.isChanging(name) && !also.changing)) return;
    const failed = board.isFailing(name);
    const seen = await ask(name);
    if (!seen) return;
    await saw(seen);
    if (!failed && board.isFailing(name)) onFailing?.(seen.result);
  };

  const look = (name: string, also = { changing: false }): Promise<void> => {
    const known = underWay.get(name);
    if (known) return known;
    const started = lookNow(name, also).finally(() => underWay.delete(name));
    underWay.set(name, started);
    return started;
  };

  /** From the bottom up, then at its like, until something is found that explains the failure. */
  const lookForCause = async (result: CheckResult, final: boolean): Promise<void> => {
    const failedAt = board.latestOrder();
    const graph = board.graph();
    const alike = graph.rungs.get(result.name)?.alike ?? [];
    for (const name of [...explaining(result, { graph, explainedBy }), ...alike]) {
      if (board.explanation(result) !== undefined) return;
      if (!board.isFailing(name) && board.order(name) <= failedAt) await look(name, { changing: final });
    }
  };

  /** Whether others are in doubt because of it: ground at its first bad look, a check when it is believed to be down. */
  const hasFallen = (name: string): boolean => {
    const standing = board.standing(name);
    return standing?.sort === "check" ? standing.state === "down" : board.isFailing(name);
  };

  /** Checks above that are up by their last look; whose answer has just come in need not be asked again. */
  const doubtful = (name: string): readonly string[] =>
    board
      .graph()
      .above(name)
      .filter((other) => {
        const standing = board.standing(other);
        return standing?.sort === "check" && standing.state === "up" && !answered.has(other);
      });

  const saw = async (seen: Look, options?: SawOptions): Promise<void> => {
    const { name } = seen.result;
    const outcome = judgeLook(seen.result, isCertain);
    answered.add(name);
    if (mayBeExplained(seen.result, outcome, explainedBy))
      await lookForCause(seen.result, options?.final ?? false);
    answered.delete(name);
    const failed = board.isFailing(name);
    const fell = hasFallen(name);
    board.record(seen.result, { ...options, begunAt: seen.begunAt });
    onLook(seen);
    if (failed && !board.isFailing(name)) soon(board.graph().above(name));
    if (!fell && hasFallen(name)) soon(doubtful(name));
  };

  return { look: (name) => look(name), saw };
}
