/** A check's run for tests that use a protocol's parts without a whole check. */
import type { CheckContext } from "../../src/checks/check.ts";
import { createCheckContext } from "../../src/checks/check-context.ts";
import { CheckFailure, CheckRun } from "../../src/checks/check-run.ts";
import { systemClock } from "../../src/system/clock.ts";

export interface LabRun {
  readonly run: CheckRun;
  /** What `--verbose` would print. */
  readonly lines: readonly string[];
}

/** Reading the machine's roots takes some time: once is enough. */
const shared = createCheckContext({ clock: systemClock, signal: new AbortController().signal });

/** Every name resolves to 127.0.0.1 where `options` say nothing else; the check's own deadline is `limit`. */
export function labRun(
  options: Partial<CheckContext> = {},
  limit: AbortSignal = AbortSignal.timeout(10_000),
): LabRun {
  const lines: string[] = [];
  const context = {
    ...shared,
    resolve: () => Promise.resolve(["127.0.0.1"]),
    transcript: (line: string) => lines.push(line),
    ...options,
  };
  const signal = AbortSignal.any([context.signal, limit]);
  return { run: new CheckRun(context, signal), lines };
}

/** The reason that the work fails with; `none` when it does not. Anything but a CheckFailure is thrown on. */
export async function reasonOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "none";
  } catch (error) {
    if (error instanceof CheckFailure) return error.reason;
    throw error;
  }
}
