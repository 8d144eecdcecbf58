/** How a piece of work fails, waiting for it as long as this process itself is not kept from it. */
import { setTimeout as delay } from "node:timers/promises";

/**
 * The limit is made of such pieces. A process that does not get the processor, or computes, for a second has lost one
 * of them and not the second, and reads what has arrived meanwhile before it loses the next: a busy host is no broken
 * network. Who gives up in the end is the check's deadline.
 */
const PIECE_MS = 50;

/** Undefined when the work succeeds in time, else why not; werift's own waits have no limit. */
export async function failing(work: Promise<void>, limitMs: number): Promise<string | undefined> {
  const stop = new AbortController();
  const done = work.then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)).slice(0, 500),
  );
  const late = pieces(limitMs, stop.signal).then(() => `not within ${limitMs} ms`);
  const words = await Promise.race([done, late]);
  stop.abort();
  return words;
}

async function pieces(limitMs: number, signal: AbortSignal): Promise<void> {
  for (let left = limitMs; left > 0 && !signal.aborted; left -= PIECE_MS)
    await delay(Math.min(left, PIECE_MS));
}
