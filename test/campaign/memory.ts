/**
 * Looks for memory that checks keep: `memory.ts [--minutes 20]`.
 *
 * The schedule with states, alerts and history, in a process of its own, looks at a whole site that is well, thirty
 * times as often as shipped, so that twenty minutes are ten hours of it. Exits 1 when what is in use after collecting
 * grows.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { alignColumns } from "../../src/cli/columns.ts";
import { checkKind, intervalOf } from "../../src/checks/registry.ts";
import type { DesiredCheck } from "../../src/model/desired-state.ts";
import { type MeetingLab, startMeetingLab } from "../lab/meeting-lab.ts";
import { fitLine } from "./memory/fit-line.ts";
import type { MeasuredSite, MemoryReading } from "./memory/measured-site.ts";

const FASTER = 30;
/** Those with a process of their own come one after the other anyway. */
const HEAVY_SECONDS = 60;
/** Until then the code is compiled, and histories fill up. */
const WARM_SHARE = 0.25;
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

function siteOf(lab: MeetingLab): MeasuredSite {
  return {
    checks: lab.checks.map(hurried),
    containers: lab.desired.containers.map((container) => ({ ...container, files: [] })),
    published: lab.addresses.public,
    root: lab.extraRoots.join("\n"),
    proxyRoot: lab.servers.haproxy.container.root,
  };
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
  const site = siteOf(lab);
  const script = join(import.meta.dirname, "memory/measured-process.ts");
  const child = fork(script, { execArgv: ["--expose-gc"] });
  const gone = once(child, "exit");
  const began = performance.now();
  const samples: Sample[] = [];
  let looks = 0;
  let failures: readonly string[] = [];
  let saidAt = 0;
  say(`${site.checks.length} checks for ${minutes} min, ${FASTER} times as often as shipped`);
  child.on("message", (reading: MemoryReading) => {
    ({ looks, failures } = reading);
    const { heap, resident } = reading;
    const sample = { minutes: (performance.now() - began) / 60_000, heap, resident };
    if (sample.minutes > WARM_SHARE * minutes) samples.push(sample);
    if (sample.minutes - saidAt >= 1) {
      saidAt = sample.minutes;
      say(
        `· ${saidAt.toFixed(0)} min, ${looks} looks, heap ${heap.toFixed(1)} MB, resident ${resident.toFixed(1)} MB`,
      );
    }
    if (sample.minutes >= minutes) child.disconnect();
  });
  child.send(site);
  const [code] = z
    .tuple([z.number().nullable()])
    .rest(z.unknown())
    .parse(await gone);
  if (code !== 0) throw new Error(`what was measured ended with ${code}`);
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
