/**
 * Looks for memory that checks keep: `memory.ts [--minutes 20]`.
 *
 * The schedule with states, alerts and history looks at a whole site that is well, thirty times as often as shipped, so
 * that twenty minutes are ten hours of it. Exits 1 when what is in use after collecting grows.
 */
import { setFlagsFromString } from "node:v8";
import { parseArgs } from "node:util";
import { runInNewContext } from "node:vm";
import { alignColumns } from "../../src/cli/columns.ts";
import { checkKind, intervalOf } from "../../src/checks/registry.ts";
import type { DesiredCheck } from "../../src/model/desired-state.ts";
import { systemClock } from "../../src/system/clock.ts";
import { scheduleChecks } from "../bench/scheduled-checks.ts";
import { startMeetingLab } from "../lab/meeting-lab.ts";
import { fitLine } from "./memory/fit-line.ts";

const FASTER = 30;
/** Those with a process of their own come one after the other anyway. */
const HEAVY_SECONDS = 60;
/** Until then the code is compiled, and histories fill up. */
const WARM_SHARE = 0.25;
const LOOK_MS = 10_000;
/** Megabytes in the measured time, above what the scatter explains. */
const LIMITS = { heap: 1, resident: 4 };

const { values } = parseArgs({ options: { minutes: { type: "string", default: "20" } } });

interface Sample {
  readonly minutes: number;
  /** Megabytes. */
  readonly heap: number;
  readonly resident: number;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function hurried(check: DesiredCheck): DesiredCheck {
  const isHeavy = checkKind(check.kind)?.heavy ?? false;
  return { ...check, intervalSeconds: isHeavy ? HEAVY_SECONDS : intervalOf(check) / 1_000 / FASTER };
}

function collector(): () => void {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect !== "function") throw new Error("this Node does not let itself be told to collect");
  return () => void collect();
}

function row(
  name: string,
  samples: readonly Sample[],
  valueOf: (sample: Sample) => number,
): readonly string[] {
  const { slope, error } = fitLine(samples.map((sample) => [sample.minutes, valueOf(sample)]));
  const measured = samples.map(valueOf);
  const range = `${Math.min(...measured).toFixed(1)} to ${Math.max(...measured).toFixed(1)} MB`;
  return [name, `${(slope * 60).toFixed(2)} MB an hour`, `± ${(error * 60).toFixed(2)}`, range];
}

/** Whether it rose by more than the limit, beyond what scatter could be. */
function grows(samples: readonly Sample[], valueOf: (sample: Sample) => number, limit: number): boolean {
  const { slope, error } = fitLine(samples.map((sample) => [sample.minutes, valueOf(sample)]));
  const minutes = (samples.at(-1)?.minutes ?? 0) - (samples[0]?.minutes ?? 0);
  return (slope - 2 * error) * minutes > limit;
}

async function campaign(minutes: number): Promise<number> {
  await using lab = await startMeetingLab();
  const checks = lab.checks.map(hurried);
  const collect = collector();
  const scheduled = await scheduleChecks({ checks, containers: lab.desired.containers }, lab.checkContext());
  const began = performance.now();
  const elapsed = (): number => (performance.now() - began) / 60_000;
  const samples: Sample[] = [];
  let saidAt = 0;
  say(`${checks.length} checks for ${minutes} min, ${FASTER} times as often as shipped`);
  while (elapsed() < minutes) {
    await systemClock.sleep(LOOK_MS);
    collect();
    const { heapUsed, rss } = process.memoryUsage();
    const sample = { minutes: elapsed(), heap: heapUsed / 1e6, resident: rss / 1e6 };
    if (sample.minutes > WARM_SHARE * minutes) samples.push(sample);
    if (sample.minutes - saidAt < 1) continue;
    saidAt = sample.minutes;
    const { heap, resident } = sample;
    say(
      `· ${saidAt.toFixed(0)} min, ${scheduled.looks} looks, heap ${heap.toFixed(1)} MB, resident ${resident.toFixed(1)} MB`,
    );
  }
  const { looks, failures } = scheduled;
  await scheduled.stop();
  for (const failure of failures) say(`✗ ${failure}`);
  const inHeap = (sample: Sample): number => sample.heap;
  const inAll = (sample: Sample): number => sample.resident;
  const table = alignColumns([row("heap", samples, inHeap), row("resident", samples, inAll)]);
  say(
    [
      "",
      `${looks} looks, ${failures.length} failed; ${samples.length} samples after warming up`,
      ...table,
    ].join("\n"),
  );
  const isGrowing = grows(samples, inHeap, LIMITS.heap) || grows(samples, inAll, LIMITS.resident);
  say(isGrowing ? "✗ memory grows" : "✓ memory is flat");
  return isGrowing || failures.length > 0 ? 1 : 0;
}

process.exitCode = await campaign(Number(values.minutes));
