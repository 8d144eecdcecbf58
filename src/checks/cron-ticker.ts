/** Ticks every five seconds by node-cron; the scheduler decides what is due. */
import { schedule } from "node-cron";

/** Finer than the shortest interval that makes sense, coarse enough to cost nothing. */
const EVERY_FIVE_SECONDS = "*/5 * * * * *";

/** Calls `onTick` until the returned function is called. */
export function cronTicker(onTick: () => void): () => void {
  const task = schedule(EVERY_FIVE_SECONDS, onTick);
  return () => void task.destroy();
}
