/** The process that is measured: nothing but the schedule with states, alerts and history, told of a site by its parent. */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { systemClock } from "../../../src/system/clock.ts";
import { scheduleChecks } from "../../bench/scheduled-checks.ts";
import { labContext } from "../../lab/meeting-lab-context.ts";
import type { MeasuredSite, MemoryReading } from "./measured-site.ts";

const LOOK_MS = 10_000;

async function measure({ checks, containers, published, root, proxyRoot }: MeasuredSite): Promise<void> {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error("start it with --expose-gc");
  const proxy = { read: (path: string) => readFile(join(proxyRoot, path), "utf8") };
  const scheduled = await scheduleChecks({ checks, containers }, labContext({ published, root, proxy }, {}));
  const over = once(process, "disconnect");
  while (process.connected) {
    await Promise.race([systemClock.sleep(LOOK_MS), over]);
    gc();
    const { heapUsed, rss } = process.memoryUsage();
    const { looks, failures } = scheduled;
    const reading: MemoryReading = { looks, failures, heap: heapUsed / 1e6, resident: rss / 1e6 };
    if (process.connected) process.send?.(reading);
  }
  await scheduled.stop();
}

process.once("message", (site: MeasuredSite) => {
  measure(site).then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
});
