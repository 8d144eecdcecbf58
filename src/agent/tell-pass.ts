/** Tells status, history, alerts and followers what a pass came to. */
import type { ActionOutcome } from "../apply/apply-plan.ts";
import type { HistoryEntry } from "../status/history.ts";
import { describeError, type ErrorReport } from "../system/errors.ts";
import type { Verdict } from "./agent-event.ts";
import type { PassRequest } from "./loop.ts";
import { objectTable } from "./object-table.ts";
import type { PassDependencies } from "./pass-dependencies.ts";
import type { PassResult } from "./pipeline.ts";

export async function tellPass(
  pass: PassRequest,
  verdict: Verdict,
  result: PassResult | undefined,
  deps: PassDependencies,
): Promise<void> {
  const { options, status, bus } = deps;
  const before = status.current();
  const errors = result
    ? [...failuresOf(result), ...deps.certificates.standing(untried(result))]
    : verdict.outcome === "superseded"
      ? []
      : [{ code: verdict.reason, message: verdict.message, retryable: verdict.outcome === "failed" }];
  const found = result ? await details(result, deps) : undefined;
  if (verdict.outcome !== "superseded") deps.watch.endChanges();
  const desired = result?.desired ?? deps.desired();
  if (desired) deps.watch.configure(desired);
  if (result && found) await deps.watch.passEnded(result.desired, found.actual);
  status.passEnded(verdict, { errors, ...found?.told });
  const news =
    verdict.actions > 0 || verdict.outcome !== "ready" || before.revision.healthy !== verdict.revision;
  if (news) await remember(historyEntry(pass, verdict, result, options.clock.now()), deps);
  options.alerts.observe(status.current());
  options.logger[verdict.outcome === "ready" ? "info" : "warn"]("a pass ended", {
    pass: pass.pass,
    outcome: verdict.outcome,
    reason: verdict.reason,
    message: verdict.message,
    actions: verdict.actions,
    milliseconds: verdict.milliseconds,
    wakeups: pass.wakeups,
  });
  bus.publish({ at: options.clock.now(), pass: pass.pass, type: "verdict", verdict });
}

function failuresOf({ outcomes }: PassResult): readonly ErrorReport[] {
  return outcomes.flatMap(({ error }) => error ?? []);
}

/** Wanted certificates that this pass did not order. */
function untried({ desired, outcomes }: PassResult): readonly string[] {
  const tried = new Set(outcomes.map(({ action }) => action.subject));
  return desired.certificates
    .filter(({ domain }) => !tried.has(`certificate/${domain}`))
    .map(({ domain }) => domain);
}

/** A pass that ended early without a verdict: what it did is remembered, and the next one goes on. */
export async function tellGaveWay(
  pass: PassRequest,
  result: PassResult,
  milliseconds: number,
  deps: PassDependencies,
): Promise<void> {
  const { logger, clock } = deps.options;
  const outcome = {
    outcome: "interrupted",
    reason: "GaveWay",
    message: "something came up that does not have to wait; the next pass goes on",
    revision: result.desired.revision,
    milliseconds,
  };
  if (result.outcomes.some((one) => one.result !== "skipped"))
    await remember(historyEntry(pass, outcome, result, clock.now()), deps);
  logger.info("a pass gave way", { pass: pass.pass, milliseconds, wakeups: pass.wakeups });
}

async function remember(entry: HistoryEntry, { options }: PassDependencies): Promise<void> {
  try {
    await options.history.append(entry);
  } catch (error) {
    options.logger.warn("history could not be written", { error: describeError(error) });
  }
}

/** What the table shows is looked up again when the pass changed something, as long as LXD answers. */
async function details(result: PassResult, deps: PassDependencies) {
  const { desired } = result;
  const actual =
    result.outcomes.length > 0 ? await deps.lookAgain(result).catch(() => result.actual) : result.actual;
  const told = {
    objects: objectTable(desired, actual),
    findings: desired.findings,
    blocked: result.plan.blocked,
    selfSigned: desired.certificates
      .map((certificate) => certificate.domain)
      .filter((domain) => actual.certificates.get(domain)?.selfSigned !== false),
  };
  return { actual, told };
}

function historyEntry(
  pass: PassRequest,
  verdict: Pick<HistoryEntry, "outcome" | "reason" | "message" | "milliseconds"> & Pick<Verdict, "revision">,
  result: PassResult | undefined,
  at: number,
): HistoryEntry {
  return {
    at: new Date(at).toISOString(),
    pass: pass.pass,
    revision: verdict.revision ?? null,
    wakeups: pass.wakeups,
    outcome: verdict.outcome,
    reason: verdict.reason,
    message: verdict.message,
    milliseconds: verdict.milliseconds,
    actions: (result?.outcomes ?? []).map(historyAction),
  };
}

function historyAction({ action, result, error, because }: ActionOutcome): HistoryEntry["actions"][number] {
  const reason = error ? error.message : because;
  return {
    id: action.id,
    cause: action.cause,
    reason: action.reason,
    result,
    changes: action.changes,
    ...(reason === undefined ? {} : { error: reason }),
  };
}
