/** How soon the agent acts: from the moment something happened to its first request about it. */
import { systemClock } from "../../src/system/clock.ts";
import { pollUntil } from "../../src/system/retry.ts";
import { ofCommit } from "./agent-events.ts";
import type { BenchHost, RunningAgent } from "./bench-host.ts";
import type { Figure } from "./figure.ts";
import { isWrite } from "./lxd-tap.ts";
import type { TappedRequest } from "./lxd-tap.ts";
import { median } from "./median.ts";
import { followOperations } from "./operations.ts";

const TIMES = 20;
const TARGET_MS = 1_000;
const REPAIR_DEADLINE_MS = 30_000;

/** From the branch's new commit to the first request of the pass it wakes. */
export async function measurePush(host: BenchHost, agent: RunningAgent): Promise<Figure> {
  const times: number[] = [];
  for (let count = 0; count < TIMES; count += 1) {
    const moved = await host.pushAgain();
    const pass = await agent.events.passAfter(moved.at, ofCommit(moved.commit));
    const first = host.tap.requests.find(({ at }) => at >= pass.startedAt);
    if (!first) throw new Error("a push led to no request");
    times.push(first.at - moved.at);
  }
  return reaction("ref update to first LXD request", times);
}

/** From LXD's word that the container stopped to the request that starts it again. */
export async function measureStop(host: BenchHost, agent: RunningAgent, name: string): Promise<Figure> {
  const log = followOperations(host.harness.lxd);
  const times: number[] = [];
  for (let count = 0; count < TIMES; count += 1) {
    const since = Date.now();
    await host.harness.lxd.stopInstance(name, 0);
    const repair = await soon(() => host.tap.requests.find((one) => one.at >= since && isRepair(one, name)));
    const stopped = log.lifecycle.find(
      ({ at, action, instance }) =>
        at >= since && instance === name && /^instance-(stopped|shutdown)$/.test(action),
    );
    if (!stopped) throw new Error(`LXD did not say that ${name} stopped`);
    times.push(repair.at - stopped.at);
    await agent.events.passAfter(repair.at, () => true);
  }
  await log.stop();
  return reaction(`${name} stopped by hand to first repair request`, times);
}

function isRepair(request: TappedRequest, name: string): boolean {
  return isWrite(request) && request.path.startsWith(`/1.0/instances/${name}/state`);
}

async function soon(find: () => TappedRequest | undefined): Promise<TappedRequest> {
  const timing = { clock: systemClock, intervalMs: 5, timeoutMs: REPAIR_DEADLINE_MS };
  const found = await pollUntil(async () => find(), timing);
  if (found) return found;
  throw new Error("a container stopped by hand was not started again");
}

function reaction(name: string, times: readonly number[]): Figure {
  const note = `median of ${TIMES}, ${Math.min(...times).toFixed(0)} to ${Math.max(...times).toFixed(0)} ms`;
  return { name, measured: median(times), target: TARGET_MS, unit: "ms", note };
}
