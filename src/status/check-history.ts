/** The last looks of a check and, apart from them, its last failures: a flood of good looks never evicts the evidence. Pure. */
import type { CheckResult, Severity } from "../checks/check.ts";
import { durationOf } from "../checks/duration-of.ts";
import type { Found } from "../checks/states/watch.ts";

export interface CheckHistory {
  /** Oldest first. */
  readonly looks: readonly PastLook[];
  /** Oldest first. */
  readonly failures: readonly PastFailure[];
}

export interface PastLook {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly reason: string;
  readonly severity: Severity;
  readonly milliseconds: number;
}

/** Looks in a row that failed for the same reason, with the proof of the first. */
export interface PastFailure {
  readonly first: number;
  readonly last: number;
  readonly looks: number;
  readonly result: CheckResult;
  readonly transcript: readonly string[];
}

export const NO_HISTORY: CheckHistory = { looks: [], failures: [] };

const KEPT_LOOKS = 50;
const KEPT_FAILURES = 20;
/** Of all checks together: each is a few kilobytes. */
const KEPT_FAILURES_OF_ALL = 400;
const TRIMMED = { lines: 40, line: 200, evidence: 24, value: 300, phases: 40 } as const;

/** A look that was stopped, or not made, is none. */
export function withLook(before: CheckHistory, { result, transcript }: Found): CheckHistory {
  if (result.reason === "aborted" || result.reason === "not_asked") return before;
  const { checkedAt: at, reason, severity } = result;
  const milliseconds = durationOf(result);
  const looks = [...before.looks, { at, reason, severity, milliseconds }].slice(-KEPT_LOOKS);
  if (severity !== "critical" && severity !== "warning") return { looks, failures: before.failures };
  const same = before.failures.at(-1);
  if (same && before.looks.at(-1)?.reason === reason && same.result.reason === reason) {
    const longer = { ...same, last: at, looks: same.looks + 1 };
    return { looks, failures: [...before.failures.slice(0, -1), longer] };
  }
  const failure = {
    first: at,
    last: at,
    looks: 1,
    result: trimmed(result),
    transcript: trimmedLines(transcript),
  };
  return { looks, failures: [...before.failures, failure].slice(-KEPT_FAILURES) };
}

/** Drops the oldest failures of all when there are too many of them; each check keeps its last. */
export function bounded(all: ReadonlyMap<string, CheckHistory>): ReadonlyMap<string, CheckHistory> {
  const older = [...all].flatMap(([name, { failures }]) =>
    failures.slice(0, -1).map((failure) => ({ name, failure })),
  );
  const excess = older.length + all.size - KEPT_FAILURES_OF_ALL;
  if (excess <= 0) return all;
  const dropped = new Set(
    older
      .toSorted((left, right) => left.failure.last - right.failure.last)
      .slice(0, excess)
      .map(({ failure }) => failure),
  );
  return new Map(
    [...all].map(([name, history]) => [
      name,
      { ...history, failures: history.failures.filter((failure) => !dropped.has(failure)) },
    ]),
  );
}

function trimmed(result: CheckResult): CheckResult {
  const evidence = Object.entries(result.evidence)
    .slice(0, TRIMMED.evidence)
    .map(
      ([key, value]) => [key, typeof value === "string" ? shortened(value, TRIMMED.value) : value] as const,
    );
  return {
    ...result,
    evidence: Object.fromEntries(evidence),
    phases: result.phases.slice(0, TRIMMED.phases),
  };
}

function trimmedLines(lines: readonly string[]): readonly string[] {
  const short = lines.map((line) => shortened(line, TRIMMED.line));
  if (short.length <= TRIMMED.lines) return short;
  const half = TRIMMED.lines / 2;
  return [...short.slice(0, half), `… ${short.length - TRIMMED.lines} lines left out`, ...short.slice(-half)];
}

function shortened(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
