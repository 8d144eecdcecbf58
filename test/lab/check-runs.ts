/** A check's run for tests that use a protocol's parts without a whole check. */
import { createCheckContext, type CheckContextOptions } from "../../src/checks/check-context.ts";
import { CheckFailure, CheckRun } from "../../src/checks/check-run.ts";

export interface LabRun {
  readonly run: CheckRun;
  /** What `--verbose` would print. */
  readonly lines: readonly string[];
}

/** Every name resolves to 127.0.0.1 where `options` say nothing else. */
export function labRun(options: Partial<CheckContextOptions> = {}): LabRun {
  const lines: string[] = [];
  const signal = options.signal ?? AbortSignal.timeout(10_000);
  const context = createCheckContext({
    clock: Date,
    resolve: () => Promise.resolve(["127.0.0.1"]),
    transcript: (line) => lines.push(line),
    ...options,
    signal,
  });
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
