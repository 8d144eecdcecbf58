/** What a pass amounts to, in one word and one sentence. */
import { shortRevision } from "../source/revision.ts";
import { type CauseOf, describeFault, foldFaults } from "../verify/faults.ts";
import { criticalFailures } from "../verify/verify.ts";
import { ConveneError, describeError, reportError } from "../system/errors.ts";
import type { Verdict } from "./agent-event.ts";
import type { PassEnd } from "./loop.ts";
import { reasonOf } from "../apply/apply-plan.ts";
import { type PassResult, succeeded } from "./pipeline.ts";

/** Errors that only a changed input can heal: the agent waits for one and does not retry. */
const STALLING: ReadonlySet<string> = new Set([
  "InvalidManifest",
  "EmptyDesiredState",
  "EmptyRepository",
  "BranchMissing",
  "TreeTooLarge",
  "SymlinkRefused",
  "PolicyRefused",
  "TemplateFailed",
  "CatalogueUnreadable",
  "CatalogueFileMissing",
  "DecryptionFailed",
  "SecretMissing",
  "NetworkMismatch",
]);

/** What blocks a plan and may be otherwise at the next look, without any other input. */
const PASSING: ReadonlySet<string> = new Set([
  "ConsulUnreachable",
  "ConsulDenied",
  "ConsulTooLarge",
  "ContainerUnreadable",
]);

export interface JudgedPass extends PassEnd {
  readonly verdict: Verdict;
}

/** `causeOf` says what explains that a check fails. */
export function judgePass(
  result: PassResult,
  superseded: AbortSignal,
  milliseconds: number,
  causeOf: CauseOf,
): JudgedPass {
  const base = {
    revision: result.desired.revision,
    actions: result.outcomes.filter((outcome) => outcome.result === "done").length,
    milliseconds,
  };
  if (superseded.aborted) {
    return {
      verdict: {
        ...base,
        outcome: "superseded",
        reason: "Superseded",
        message: reasonOf(superseded),
      },
      retry: false,
    };
  }
  const failed = result.outcomes.filter((outcome) => outcome.result === "failed");
  const first = failed.find((outcome) => outcome.action.optional !== true);
  if (first?.error) {
    const more = failed.length > 1 ? ` (and ${failed.length - 1} more)` : "";
    const verdict: Verdict = {
      ...base,
      outcome: "failed",
      reason: first.error.code,
      message: `${first.action.subject}: ${firstLine(first.error.message)}${more}`,
    };
    return { verdict, retry: true };
  }
  const blocked = result.plan.blocked.find((one) => one.reason !== "ConfirmationNeeded");
  if (blocked) {
    const stalled = !PASSING.has(blocked.reason);
    const verdict: Verdict = {
      ...base,
      outcome: stalled ? "stalled" : "failed",
      reason: blocked.reason,
      message: `${blocked.message} (${blocked.hint})`,
    };
    return { verdict, retry: !stalled };
  }
  const broken = criticalFailures(result.checks ?? []);
  if (broken.length > 0) {
    const faults = foldFaults(broken, causeOf);
    const hint = faults[0]?.result.hint;
    const verdict: Verdict = {
      ...base,
      outcome: "failed",
      reason: "HealthCheckFailed",
      message: faults.map(describeFault).join("\n"),
      ...(hint === undefined ? {} : { hint }),
    };
    return { verdict, retry: true };
  }
  const optional = failed.map((outcome) => `${outcome.action.subject} will be tried again`).join("; ");
  const message = succeeded(result.outcomes) ? `Ready at ${shortRevision(result.desired.revision)}` : "";
  return {
    verdict: {
      ...base,
      outcome: "ready",
      reason: "ReconciliationSucceeded",
      message: optional ? `${message}; ${optional}` : message,
    },
    retry: failed.length > 0,
  };
}

/** A pass that threw: nothing was planned, or the look at the host failed. */
export function judgeError(error: unknown, superseded: AbortSignal, milliseconds: number): JudgedPass {
  const report = reportError(error);
  const base = { actions: 0, milliseconds };
  if (superseded.aborted)
    return {
      verdict: {
        ...base,
        outcome: "superseded",
        reason: "Superseded",
        message: reasonOf(superseded),
      },
      retry: false,
    };
  const stalled = error instanceof ConveneError && STALLING.has(error.code);
  return {
    verdict: {
      ...base,
      outcome: stalled ? "stalled" : "failed",
      reason: report.code,
      message: describeError(error),
    },
    retry: !stalled,
  };
}

/** The whole message is among the status's errors; a verdict is one line. */
function firstLine(message: string): string {
  return message.split("\n", 1)[0] ?? message;
}
