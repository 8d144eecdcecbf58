/** The checks: their states, their last looks, and how often each reason came up. */
import type { Phase, Severity } from "../checks/check.ts";
import { checkKind } from "../checks/registry.ts";
import { CHECK_STATES } from "../checks/states/check-state.ts";
import { isGround } from "../checks/states/site-rungs.ts";
import { durationOf } from "../checks/duration-of.ts";
import type { CheckStatus } from "../status/check-status.ts";
import type { Exposition, Sample } from "./exposition.ts";
import type { MetricsState } from "./metrics-state.ts";

export function exposeChecks(out: Exposition, { status, tallies }: MetricsState): void {
  const checks = status.checks.filter((check) => !isGround(check.name));
  const asked = checks.filter((check) => check.checkedAt > 0);
  out.gauge(
    "check_success",
    "Whether its last look was good; a warning is.",
    ["check", "kind", "target"],
    asked.map(({ name, kind, target, severity }) => [
      { check: name, kind, target },
      Number(severity !== "critical"),
    ]),
  );
  out.gauge(
    "check_last_run_timestamp_seconds",
    "When it was last looked at.",
    ["check"],
    asked.map(({ name, checkedAt }) => [{ check: name }, checkedAt / 1_000]),
  );
  out.gauge(
    "check_state",
    "1 for the state it is in.",
    ["check", "state"],
    checks.flatMap((check) =>
      CHECK_STATES.map((state) => [{ check: check.name, state }, Number(check.state === state)] as const),
    ),
  );
  out.gauge(
    "check_duration_seconds",
    "How long its last look took.",
    ["check"],
    asked.map((check) => [{ check: check.name }, durationOf(check) / 1_000]),
  );
  out.gauge(
    "check_phase_duration_seconds",
    "How long each part of its last look took, for checks that set up media.",
    ["check", "phase"],
    asked.filter(({ kind }) => checkKind(kind)?.heavy).flatMap(phasesOf),
  );
  exposeLooks(out, new Set(checks.map(({ kind }) => kind)), tallies.looks);
}

/**
 * Each reason of each kind in use is there from the beginning, so that its first time is a change. A reason means the
 * same whichever kind says it: with the kind as a second label there would be twice as many series.
 */
function exposeLooks(
  out: Exposition,
  kinds: ReadonlySet<string>,
  looks: MetricsState["tallies"]["looks"],
): void {
  const failures = new Map<string, number>();
  const results: Sample<"kind" | "result">[] = [];
  for (const kind of kinds) {
    const reasons = Object.entries(checkKind(kind)?.reasons ?? {}).filter(([, { severity }]) =>
      isBad(severity),
    );
    const counted = looks.get(kind) ?? new Map<string, number>();
    let bad = 0;
    for (const [reason] of reasons) {
      const count = counted.get(reason) ?? 0;
      failures.set(reason, (failures.get(reason) ?? 0) + count);
      bad += count;
    }
    const all = [...counted.values()].reduce((sum, count) => sum + count, 0);
    results.push([{ kind, result: "good" }, all - bad], [{ kind, result: "bad" }, bad]);
  }
  out.counter("check_runs_total", "Looks, by kind of check.", ["kind", "result"], results);
  out.counter(
    "check_failures_total",
    "Looks that were bad, by reason.",
    ["reason"],
    [...failures].map(([reason, count]) => [{ reason }, count] as const),
  );
}

function isBad(severity: Severity): boolean {
  return severity === "critical" || severity === "warning";
}

function secondsOf(phases: readonly Phase[]): number {
  return phases.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1_000;
}

/** A phase that came more than once counts with all its time. */
function phasesOf({ name, phases }: CheckStatus): readonly Sample<"check" | "phase">[] {
  const names = new Set(phases.map((phase) => phase.name));
  return [...names].map((phase) => [
    { check: name, phase },
    secondsOf(phases.filter((one) => one.name === phase)),
  ]);
}
