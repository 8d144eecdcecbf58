/** What one look is worth for the state of a check. */
import type { CheckResult } from "../check.ts";
import type { CommonReason } from "../common-reasons.ts";
import type { Explainer } from "../explainer.ts";
import type { MediaReason } from "../media/media-reasons.ts";

/**
 * `draining`: it works, and is being taken out of service; `defect`: the check itself is broken and says nothing of
 * what it looks at; `void`: it was stopped, or not asked.
 */
export type LookOutcome = "good" | "bad" | "certain" | "draining" | "defect" | "void";

/** Whether one look is enough to believe this reason of this kind. */
export type IsCertain = (kind: string, reason: string) => boolean;

/** Checks whose failure explains this one's, for this reason; undefined: any. */
export type ExplainedBy = (kind: string, reason: string) => readonly Explainer[] | undefined;

const VOID: ReadonlySet<string> = new Set(["aborted", "not_asked"]);
/** The media process is convene's own: that it fails says nothing of the site. */
const DEFECTS: ReadonlySet<string> = new Set([
  "internal_error" satisfies CommonReason,
  "invalid_spec" satisfies CommonReason,
  "media_process_failed" satisfies MediaReason,
]);

/** A warning is good: it is told, and people can meet. */
export function judgeLook({ kind, reason, severity }: CheckResult, isCertain: IsCertain): LookOutcome {
  if (VOID.has(reason)) return "void";
  if (DEFECTS.has(reason)) return "defect";
  if (reason === "draining") return "draining";
  if (severity !== "critical") return "good";
  return isCertain(kind, reason) ? "certain" : "bad";
}

export function isFailing(outcome: LookOutcome | undefined): boolean {
  return outcome === "bad" || outcome === "certain";
}
