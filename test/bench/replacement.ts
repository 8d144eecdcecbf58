/** A container gets a new image: how long nobody reaches it. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Lxd } from "../../src/lxd/lxd.ts";
import { systemClock } from "../../src/system/clock.ts";
import { ConveneError } from "../../src/system/errors.ts";
import { pollUntil } from "../../src/system/retry.ts";
import { ofCommit } from "./agent-events.ts";
import { OWN_CATALOGUE } from "./bench-host.ts";
import type { BenchHost, RunningAgent } from "./bench-host.ts";
import type { Figure } from "./figure.ts";
import { median } from "./median.ts";
import { followOperations } from "./operations.ts";
import type { OperationLog } from "./operations.ts";

const NAME = "turn";
const TIMES = 3;
const TARGET_SECONDS = 3.5;
const DEADLINE_MS = 10 * 60_000;

/** coturn's container, each time with its image built anew from another date on. */
export async function measureReplacement(host: BenchHost, agent: RunningAgent): Promise<Figure> {
  const times: number[] = [];
  for (let count = 1; count <= TIMES; count += 1) {
    await refreshImage(`2026-01-0${count}`);
    const log = followOperations(host.harness.lxd);
    const pushed = await host.pushAgain();
    const stopped = await stopOf(log);
    times.push(((await addressBack(host.harness.lxd, `${host.harness.prefix}.15`)) - stopped) / 1_000);
    const { verdict } = await agent.events.passAfter(pushed.at, ofCommit(pushed.commit));
    if (verdict.outcome !== "ready") throw new Error(`${NAME} was not replaced: ${verdict.message}`);
    await log.stop();
  }
  const range = `${Math.min(...times).toFixed(2)} to ${Math.max(...times).toFixed(2)} s`;
  return {
    name: `${NAME} replaced, from stop to address`,
    measured: median(times),
    target: TARGET_SECONDS,
    unit: "s",
    note: `median of ${TIMES}, ${range}`,
  };
}

/** The shipped image, to be built anew from `date` on: first in the catalogue's search path. */
async function refreshImage(date: string): Promise<void> {
  const shipped = await readFile(join(import.meta.dirname, "../../manifests", NAME, "image.yaml"), "utf8");
  const folder = join(OWN_CATALOGUE, NAME);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "image.yaml"), shipped.replace(/^spec:$/m, `spec:\n  refresh: "${date}"`));
}

async function stopOf(log: OperationLog): Promise<number> {
  const find = () =>
    log.lifecycle.find(
      ({ action, instance }) => instance === NAME && /^instance-(stopped|shutdown)$/.test(action),
    )?.at;
  return await within("it was not stopped", async () => find());
}

/** The stopped one has no address any more, so the first one seen is the replacement's. */
async function addressBack(lxd: Lxd, address: string): Promise<number> {
  return await within("its address did not come back", async () => {
    try {
      return (await lxd.addresses(NAME)).includes(address) ? Date.now() : undefined;
    } catch (error) {
      // Between the two there is no container of the name.
      if (error instanceof ConveneError && error.code === "LxdNotFound") return undefined;
      throw error;
    }
  });
}

async function within<T>(otherwise: string, probe: () => Promise<T | undefined>): Promise<T> {
  const found = await pollUntil(probe, { clock: systemClock, intervalMs: 20, timeoutMs: DEADLINE_MS });
  if (found !== undefined) return found;
  throw new Error(`replacing ${NAME}: ${otherwise}`);
}
