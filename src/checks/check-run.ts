/** What a check writes down while it runs: phases, evidence and the conversation, kept when a rung fails. */
import { startStopwatch } from "../system/clock.ts";
import type { CheckContext, Evidence, Phase, Severity } from "./check.ts";
import { printable } from "./printable.ts";

/** A rung of a check that did not hold, with a reason of the kind's closed list. */
export class CheckFailure<Reason extends string = string> extends Error {
  override readonly name = "CheckFailure";
  readonly reason: Reason;
  readonly evidence: Evidence;

  constructor(reason: Reason, message: string, details: { evidence?: Evidence; cause?: unknown } = {}) {
    super(message, { cause: details.cause });
    this.reason = reason;
    this.evidence = details.evidence ?? {};
  }
}

/** What a check that reached its end says; a severity here overrides the reason's own. */
export interface Verdict<Reason extends string> {
  readonly reason: Reason;
  readonly message: string;
  readonly severity?: Severity;
  /** See CheckResult. */
  readonly summary?: string;
}

export class CheckRun {
  readonly context: CheckContext;
  /** Aborts at the check's deadline or when the caller gives up. */
  readonly signal: AbortSignal;
  readonly phases: Phase[] = [];
  readonly #evidence: Record<string, Evidence[string]> = {};

  constructor(context: CheckContext, signal: AbortSignal) {
    this.context = context;
    this.signal = signal;
  }

  get evidence(): Evidence {
    return this.#evidence;
  }

  /** Times `work`; the phase is kept also when it throws. */
  async phase<T>(name: string, work: () => Promise<T>): Promise<T> {
    const elapsed = startStopwatch(this.context.clock);
    try {
      return await work();
    } finally {
      this.phases.push({ name, milliseconds: elapsed() });
    }
  }

  /** Adds proof; text of the other side is trimmed and made printable. */
  note(evidence: Evidence): void {
    for (const [key, value] of Object.entries(evidence)) {
      this.#evidence[key] = typeof value === "string" ? printable(value, 500) : value;
    }
  }

  /** A line of the conversation. Never give it a secret. */
  say(line: string): void {
    this.context.transcript(printable(line, 2_000));
  }
}
