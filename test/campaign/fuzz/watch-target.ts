/** Runs one target in a worker for a while, and ends it when an input does not come to its end. */
import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { FuzzTarget } from "./target.ts";
import { COUNTER_BYTES, type WorkerMessage } from "./worker-messages.ts";

export interface Finding {
  readonly kind: "crash" | "hang" | "slow";
  readonly input: Uint8Array;
  readonly words: string;
}

export interface Outcome {
  readonly executions: number;
  readonly findings: readonly Finding[];
}

/** One input that takes longer than this is a hang, on however busy a machine. */
const HANG_MS = 5_000;
const LOOK_MS = 250;

/** `seed` makes the same inputs again. Ends early after a crash or a hang. */
export async function watchTarget(target: FuzzTarget, seed: number, milliseconds: number): Promise<Outcome> {
  const shared = new SharedArrayBuffer(COUNTER_BYTES + target.limit);
  const counters = new Uint32Array(shared, 0, 2);
  const findings: Finding[] = [];
  const worker = new Worker(new URL("fuzz-worker.ts", import.meta.url), {
    workerData: { target: target.name, seed, shared },
  });
  worker.on("message", (message: WorkerMessage) => {
    const words = message.kind === "crash" ? message.error : `${message.milliseconds.toFixed(0)} ms`;
    findings.push({ kind: message.kind, input: message.input, words });
  });
  worker.on("error", (error) => {
    findings.push({ kind: "crash", input: current(shared), words: String(error) });
  });
  const end = performance.now() + milliseconds;
  let count = 0;
  let movedAt = performance.now();
  while (performance.now() < end && !findings.some(({ kind }) => kind !== "slow")) {
    await delay(LOOK_MS);
    const now = Atomics.load(counters, 0);
    if (now !== count) movedAt = performance.now();
    count = now;
    if (performance.now() - movedAt > HANG_MS) {
      findings.push({ kind: "hang", input: current(shared), words: `no end after ${HANG_MS} ms` });
    }
  }
  await worker.terminate();
  return { executions: count, findings };
}

function current(shared: SharedArrayBuffer): Uint8Array {
  const [, length = 0] = new Uint32Array(shared, 0, 2);
  return Uint8Array.from(
    new Uint8Array(shared, COUNTER_BYTES, Math.min(length, shared.byteLength - COUNTER_BYTES)),
  );
}
