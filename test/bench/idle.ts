/** What the agent takes while nothing happens, and how soon it is there. */
import { readFile, readdir } from "node:fs/promises";
import { systemClock } from "../../src/system/clock.ts";
import type { BenchHost } from "./bench-host.ts";
import type { Figure } from "./figure.ts";
import { median } from "./median.ts";

/** Every minute brings a pass, so that a window begins and ends between two. */
const SETTLE_MS = 30_000;
const SAMPLE_MS = 5_000;
/** The kernel counts in hundredths of a second (USER_HZ is 100 on every Linux that Node runs on). */
const TICK_MS = 10;
const STARTS = 5;
const TARGETS = { megabytes: 110, percent: 0.1, readyMs: 1_000 };

/** The agent is started anew, as systemd does it, in front of a site that is there. */
export async function measureIdle(host: BenchHost, seconds: number): Promise<readonly Figure[]> {
  const { pid } = await host.startAgent({ tapped: false });
  await systemClock.sleep(SETTLE_MS);
  const before = await cpuTime(pid);
  const began = performance.now();
  const resident: number[] = [];
  while (performance.now() - began < seconds * 1_000) {
    await systemClock.sleep(SAMPLE_MS);
    resident.push(await residentMegabytes(pid));
  }
  const after = await cpuTime(pid);
  const elapsed = performance.now() - began;
  const share = (from: number, to: number): number => (100 * (to - from)) / elapsed;
  const note = `over ${(elapsed / 1_000).toFixed(0)} s`;
  return [
    {
      name: "memory when idle",
      measured: Math.max(...resident),
      target: TARGETS.megabytes,
      unit: "MB",
      note: `resident, highest of ${resident.length} looks`,
    },
    {
      name: "processor when idle",
      measured: share(before.own, after.own),
      target: TARGETS.percent,
      unit: "% of a core",
      note,
    },
    {
      name: "  and of its children (git, systemd-notify)",
      measured: share(before.children, after.children),
      unit: "% of a core",
      note,
    },
  ];
}

/** From the start of the process to its first answer, with a site that is there. */
export async function measureReady(host: BenchHost): Promise<Figure> {
  const times: number[] = [];
  for (let count = 0; count < STARTS; count += 1)
    times.push((await host.startAgent({ tapped: false })).readyAfter);
  return {
    name: "start of the bundle to ready",
    measured: median(times),
    target: TARGETS.readyMs,
    unit: "ms",
    note: `median of ${STARTS}, ${Math.min(...times).toFixed(0)} to ${Math.max(...times).toFixed(0)} ms`,
  };
}

/** Milliseconds of processor so far, of its own threads and of its children that have ended. */
async function cpuTime(pid: number): Promise<{ readonly own: number; readonly children: number }> {
  const threads = await readdir(`/proc/${pid}/task`);
  const times = await Promise.all(
    // Nanoseconds on a processor come first (kernel.org, sched-stats): /proc/PID/stat counts in hundredths of seconds.
    threads.map(async (id) =>
      Number((await readFile(`/proc/${pid}/task/${id}/schedstat`, "utf8")).split(" ")[0]),
    ),
  );
  const text = await readFile(`/proc/${pid}/stat`, "utf8");
  // The second field is the name in brackets, which may hold anything; cutime is the sixteenth (proc(5)).
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [user = 0, system = 0] = fields.slice(13, 15).map(Number);
  return { own: times.reduce((sum, time) => sum + time, 0) / 1_000_000, children: (user + system) * TICK_MS };
}

async function residentMegabytes(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1]) / 1024;
}
