/** Checks as the agent has them, on their schedule with states, alerts and history, but without LXD below them. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCheckWatch } from "../../src/agent/check-watch.ts";
import { createAlerts } from "../../src/alerts/create-alerts.ts";
import { limitCheckRuns } from "../../src/checks/check-runs.ts";
import type { CheckContext } from "../../src/checks/check.ts";
import { checkKind, runCheck } from "../../src/checks/registry.ts";
import type { DesiredCheck, DesiredContainer } from "../../src/model/desired-state.ts";
import { openCheckMemory } from "../../src/status/check-memory.ts";
import { createStatusStore } from "../../src/status/status-store.ts";
import { systemClock } from "../../src/system/clock.ts";
import { state } from "../lab/sample-site.ts";
import { silentLogger } from "../lab/silent-logger.ts";

export interface ScheduledChecks {
  readonly looks: number;
  /** `NAME: MESSAGE` of each that was not good. */
  readonly failures: readonly string[];
  /** Ends the schedule, waits for what runs, and removes the history. */
  stop(): Promise<void>;
}

interface Site {
  readonly checks: readonly DesiredCheck[];
  readonly containers: readonly DesiredContainer[];
}

/** Starts at once. Nothing of what the checks stand on is asked while they hold. */
export async function scheduleChecks(site: Site, context: CheckContext): Promise<ScheduledChecks> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const directory = await mkdtemp(join(tmpdir(), "convene-bench-"));
  const common = { clock: systemClock, logger: silentLogger, signal };
  const alerts = await createAlerts({
    ...common,
    logFile: join(directory, "alerts.json"),
    random: Math.random,
  });
  const failures: string[] = [];
  let looks = 0;
  const watch = createCheckWatch({
    ...common,
    random: Math.random,
    runCheck: limitCheckRuns({
      isHeavy: ({ kind }) => checkKind(kind)?.heavy ?? false,
      run: (check, until, transcript = context.transcript) =>
        runCheck(check, { ...context, signal: until, transcript }),
    }),
    rungs: { ask: async () => undefined, ofPass: () => [] },
    memory: await openCheckMemory({ ...common, path: join(directory, "checks.json") }),
    onLook: ({ result }) => {
      if (!result.ok) failures.push(`${result.name}: ${result.message}`);
      looks += 1;
      alerts.observe(status.current());
    },
    onTrouble: () => undefined,
  });
  const status = createStatusStore(systemClock, () => watch.statuses());
  watch.configure(state(site));
  const ran = watch.run();
  return {
    get looks() {
      return looks;
    },
    failures,
    stop: async () => {
      stopping.abort(new Error("over"));
      await ran;
      await rm(directory, { recursive: true, force: true });
    },
  };
}
