/** A worker that makes inputs and has a target read them; what it reads just now is in memory the watchdog sees. */
import { parentPort, workerData } from "node:worker_threads";
import { z } from "zod";
import { makeInput } from "./mutate.ts";
import { Random } from "./random.ts";
import { targetNamed } from "./targets.ts";
import { COUNTER_BYTES, type WorkerMessage } from "./worker-messages.ts";

/** Of the processor: by the clock any input may be slow on a busy machine. Each of several tries must take longer. */
const SLOW_MS = 50;
const TRIES = 5;
/** Inputs between two looks at what the watchdog says. */
const BATCH = 200;

const workerSchema = z.object({
  target: z.string(),
  seed: z.int(),
  shared: z.instanceof(SharedArrayBuffer),
});

async function feed(): Promise<void> {
  const { target: name, seed, shared } = workerSchema.parse(workerData);
  const target = targetNamed(name);
  const random = new Random(seed);
  const counters = new Uint32Array(shared, 0, 2);
  const seen = new Uint8Array(shared, COUNTER_BYTES);
  let slowest = SLOW_MS;
  for (;;) {
    for (let count = 0; count < BATCH; count += 1) {
      const input = makeInput(target, random);
      seen.set(input.subarray(0, seen.length));
      Atomics.store(counters, 1, input.length);
      Atomics.add(counters, 0, 1);
      try {
        const milliseconds = await timed(() => target.run(input));
        if (milliseconds <= slowest) continue;
        const again = await best(() => target.run(input));
        if (again <= slowest) continue;
        slowest = again;
        tell({ kind: "slow", input, milliseconds: again });
      } catch (error) {
        tell({
          kind: "crash",
          input,
          error: error instanceof Error ? (error.stack ?? error.message) : String(error),
        });
        return;
      }
    }
    await new Promise(setImmediate);
  }
}

function tell(message: WorkerMessage): void {
  parentPort?.postMessage(message, []);
}

async function timed(work: () => void | Promise<void>): Promise<number> {
  const began = process.threadCpuUsage();
  await work();
  const { user, system } = process.threadCpuUsage(began);
  return (user + system) / 1_000;
}

async function best(work: () => void | Promise<void>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < TRIES; tries += 1) least = Math.min(least, await timed(work));
  return least;
}

await feed();
