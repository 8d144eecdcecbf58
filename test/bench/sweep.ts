/** What a whole round of looking into every container's files costs LXD, by its own operations. */
import { systemClock } from "../../src/system/clock.ts";
import type { BenchHost } from "./bench-host.ts";
import type { Figure } from "./figure.ts";
import { MEMBERS } from "./fleet.ts";
import { followOperations } from "./operations.ts";
import { median } from "./median.ts";

/** The shortest there is: rounds follow each other closely. */
const INTERVAL = "10s";
const WATCH_MS = 40_000;
/** Within which a round has to fit. */
const ROUND_SECONDS = 300;

/** Leaves the agent running with its rounds this close. */
export async function measureSweep(host: BenchHost): Promise<readonly Figure[]> {
  await host.change({ sweepInterval: INTERVAL });
  await host.startAgent({ tapped: false });
  const log = followOperations(host.harness.lxd);
  await systemClock.sleep(WATCH_MS);
  await log.stop();
  const looks = log.ended
    .filter(({ description }) => /^Executing command$/i.test(description))
    .map(({ from, to }) => to - from);
  const round = (median(looks) * (MEMBERS + 1)) / 1_000;
  return [
    {
      name: "  a round of the file sweep beside it",
      measured: round,
      target: ROUND_SECONDS,
      unit: "s",
      note: `${MEMBERS + 1} looks of ${median(looks).toFixed(0)} ms, one after another (median of ${looks.length})`,
    },
  ];
}
