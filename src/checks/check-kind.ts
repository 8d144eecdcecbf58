/** A check kind: its spec, its closed list of reasons, and how a run becomes a result that never throws. */
import type { z } from "zod";
import { startStopwatch } from "../system/clock.ts";
import type { CheckContext, CheckResult, Severity } from "./check.ts";
import { CheckFailure, CheckRun, type Verdict } from "./check-run.ts";
import { commonReasons, type CommonReason } from "./common-reasons.ts";
import { type Deadline, startDeadline } from "./deadline.ts";
import { type Explainer, explainerOf, type ExplainerWords } from "./explainer.ts";
import { printable } from "./printable.ts";

interface Reason {
  readonly severity: Severity;
  /** What to change: names the file, setting or command. */
  readonly hint: string;
  /** One look is enough to believe it: a certificate that has expired does not come round by itself. */
  readonly certain?: true;
}

export type ReasonTable<Name extends string> = Readonly<Record<Name, Reason>>;

interface TimedSpec {
  /** Milliseconds for the whole check. */
  readonly timeout: number;
}

export interface KindDefinition<Spec extends TimedSpec, Name extends string> {
  readonly kind: string;
  readonly schema: z.ZodType<Spec>;
  readonly reasons: ReasonTable<Name>;
  /** Milliseconds between looks when the manifest does not say; absent: 5 minutes. */
  readonly interval?: number;
  /** Needs a media process of its own: few of these run at the same moment. */
  readonly heavy?: true;
  /**
   * Of which kinds the checks are, among those that this one leans on, whose failure explains a reason of this one. A
   * reason that is not in it is of this very check, as a closed port. Absent: every failure of any of them explains
   * every failure of this one.
   */
  readonly explainedBy?: Readonly<Partial<Record<Name | CommonReason, readonly ExplainerWords[]>>>;
  /** What is checked, in one word or two: `turn.example.org:3478/udp`. */
  target(spec: Spec): string;
  run(spec: Spec, run: CheckRun): Promise<Verdict<Name | "ok">>;
}

/** A kind whose spec type is no longer visible: what the registry holds. */
export interface CheckKind {
  readonly kind: string;
  readonly schema: z.ZodType;
  readonly reasons: ReasonTable<string>;
  /** Milliseconds between looks when the manifest does not say. */
  readonly interval: number;
  readonly heavy: boolean;
  /** Which checks explain this reason; undefined: all. */
  explainedBy(reason: string): readonly Explainer[] | undefined;
  check(name: string, spec: unknown, context: CheckContext): Promise<CheckResult>;
}

const DEFAULT_INTERVAL_MS = 300_000;

export function defineKind<Spec extends TimedSpec, Name extends string>(
  definition: KindDefinition<Spec, Name>,
): CheckKind {
  const reasons: ReasonTable<string> = { ...commonReasons, ...definition.reasons };
  const explained = definition.explainedBy && explainersOf(definition.explainedBy);
  // A desired check is run again and again: its spec is parsed once.
  const known = new WeakMap<object, Spec>();
  return {
    kind: definition.kind,
    schema: definition.schema,
    reasons,
    interval: definition.interval ?? DEFAULT_INTERVAL_MS,
    heavy: definition.heavy ?? false,
    explainedBy: (reason) => explained && (explained.get(reason) ?? []),
    async check(name, given, context) {
      const checkedAt = context.clock.now();
      const elapsed = startStopwatch(context.clock);
      const base = { name, kind: definition.kind, checkedAt };
      const parsed = parseSpec(given, definition.schema, known);
      if (!parsed.success) {
        const message = `the check's spec is wrong: ${describeIssues(parsed.error)}`;
        return {
          ...base,
          target: "",
          ...failing("invalid_spec", message, reasons),
          phases: [],
          evidence: {},
        };
      }
      const spec = parsed.data;
      const deadline = startDeadline(context.signal, spec.timeout);
      const run = new CheckRun(context, deadline.signal);
      const verdict = await settle(() => definition.run(spec, run), deadline, run);
      const outcome =
        verdict.reason === "ok"
          ? passing(verdict)
          : failing(verdict.reason, verdict.message, reasons, verdict.severity);
      const summary = verdict.summary === undefined ? {} : { summary: printable(verdict.summary, 80) };
      return {
        ...base,
        target: definition.target(spec),
        ...outcome,
        ...summary,
        phases: run.phases,
        milliseconds: elapsed(),
        evidence: run.evidence,
      };
    },
  };
}

function explainersOf(
  table: Readonly<Record<string, readonly ExplainerWords[] | undefined>>,
): ReadonlyMap<string, readonly Explainer[]> {
  return new Map(Object.entries(table).map(([reason, words = []]) => [reason, words.map(explainerOf)]));
}

function parseSpec<Spec>(
  given: unknown,
  schema: z.ZodType<Spec>,
  known: WeakMap<object, Spec>,
): z.ZodSafeParseResult<Spec> {
  const isObject = typeof given === "object" && given !== null;
  const before = isObject ? known.get(given) : undefined;
  if (before !== undefined) return { success: true, data: before };
  const parsed = schema.safeParse(given);
  if (parsed.success && isObject) known.set(given, parsed.data);
  return parsed;
}

/** Runs to a verdict whatever happens, also when a run ignores its signal. */
async function settle(
  work: () => Promise<Verdict<string>>,
  deadline: Deadline,
  run: CheckRun,
): Promise<Verdict<string>> {
  try {
    return await Promise.race([work(), deadline.overrun.then(() => lateVerdict(run))]);
  } catch (error) {
    return failureVerdict(error, run);
  } finally {
    // Whoever waits for the result need not wait for the tidying up.
    setImmediate(deadline.end);
  }
}

function failureVerdict(error: unknown, run: CheckRun): Verdict<string> {
  // What the caller stopped half-way says nothing about the target.
  if (run.context.signal.aborted) return lateVerdict(run);
  if (error instanceof CheckFailure) {
    run.note(error.evidence);
    return { reason: error.reason, message: error.message };
  }
  if (run.signal.aborted) return lateVerdict(run);
  const message = error instanceof Error ? error.message : String(error);
  return { reason: "internal_error" satisfies CommonReason, message };
}

function lateVerdict(run: CheckRun): Verdict<string> {
  if (run.context.signal.aborted)
    return { reason: "aborted", message: "the check was stopped before it ended" };
  const last = run.phases.at(-1)?.name ?? "its first step";
  return { reason: "timeout", message: `the check's time was over, last in ${last}` };
}

function passing(verdict: Verdict<string>): Pick<CheckResult, "ok" | "reason" | "message" | "severity"> {
  return {
    ok: true,
    reason: verdict.reason,
    message: printable(verdict.message),
    severity: verdict.severity ?? "ok",
  };
}

/** A reason of severity `info` is said, but is no failure. */
function failing(
  reason: string,
  message: string,
  reasons: ReasonTable<string>,
  override?: Severity,
): Pick<CheckResult, "ok" | "reason" | "message" | "severity" | "hint"> {
  const known = reasons[reason] ?? commonReasons.internal_error;
  const severity = override ?? known.severity;
  return { ok: severity === "info", reason, message: printable(message, 1_000), severity, hint: known.hint };
}

function describeIssues(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join(".") || "spec"}: ${issue.message}`).join("; ");
}
