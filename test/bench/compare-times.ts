/** Two ways of doing the same thing, timed in turns, so that a busy machine is as busy for both. */
import { median } from "./median.ts";

export interface Comparison {
  readonly bare: () => Promise<void>;
  readonly whole: () => Promise<void>;
  /** Rounds that are not counted: both are compiled in them. */
  readonly warmUp: number;
  readonly rounds: number;
}

/** How many times as long `whole` takes as `bare`: the middle of each is compared. */
export async function compareTimes({
  bare,
  whole,
  warmUp,
  rounds,
}: Comparison): Promise<{ readonly ratio: number; readonly note: string }> {
  const times = { bare: [] as number[], whole: [] as number[] };
  for (let round = 0; round < warmUp + rounds; round += 1) {
    const [bareTime, wholeTime] = [await timed(bare), await timed(whole)];
    if (round < warmUp) continue;
    times.bare.push(bareTime);
    times.whole.push(wholeTime);
  }
  const [bareTime, wholeTime] = [median(times.bare), median(times.whole)];
  return {
    ratio: wholeTime / bareTime,
    note: `medians of ${rounds}: ${wholeTime.toFixed(0)} and ${bareTime.toFixed(0)} µs`,
  };
}

/** Microseconds. */
async function timed(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) * 1_000;
}
