/** What every verb's exit code means. */
import type { Verdict } from "../agent/agent-event.ts";

export const EXIT = {
  /** Yes: done, valid, ready, nothing to do. */
  yes: 0,
  /** It went wrong, or the question could not be answered. */
  error: 1,
  /** The answer has changes or findings in it. */
  findings: 2,
  /** A newer revision took over, or the time ran out. */
  superseded: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Undefined is a wait that ran out of time. */
export function exitCodeOfVerdict(verdict: Verdict | undefined): ExitCode {
  if (verdict === undefined || verdict.outcome === "superseded") return EXIT.superseded;
  return verdict.outcome === "ready" ? EXIT.yes : EXIT.error;
}
