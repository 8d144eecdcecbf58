/** Loss, delay and jitter of one direction, from when each packet left and when it arrived. Pure. */
import type { Flow } from "./media-messages.ts";

/** Milliseconds on one clock, by packet number; a packet that did not arrive is missing from `arrivals`. */
export interface Passage {
  readonly departures: readonly number[];
  readonly arrivals: ReadonlyMap<number, number>;
}

/** Connections find their way in the first 200 ms: what left then says nothing about a call. */
export const SETTLING_MS = 200;

export function flowFigures({ departures, arrivals }: Passage): Flow {
  const judgedFrom = (departures[0] ?? 0) + SETTLING_MS;
  const judged = [...departures.entries()].filter(([, departure]) => departure >= judgedFrom);
  const passed = judged.flatMap(([number, departure]) => {
    const arrival = arrivals.get(number);
    return arrival === undefined ? [] : [{ departure, arrival }];
  });
  const delays = passed.map(({ departure, arrival }) => arrival - departure).toSorted((a, b) => a - b);
  const median = quantile(delays, 0.5);
  const p95 = quantile(delays, 0.95);
  return {
    sent: judged.length,
    received: passed.length,
    ...(median === undefined || p95 === undefined ? {} : { delay: { median, p95 } }),
    ...(passed.length < 2 ? {} : { jitter: smoothedJitter(passed) }),
  };
}

/** The nearest-rank quantile of sorted numbers; undefined when there are none. */
function quantile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}

/** RFC 3550 section 6.4.1: the smoothed difference of transit times, in order of arrival. */
function smoothedJitter(passed: readonly { departure: number; arrival: number }[]): number {
  const transits = passed
    .toSorted((left, right) => left.arrival - right.arrival)
    .map(({ departure, arrival }) => arrival - departure);
  let jitter = 0;
  for (let index = 1; index < transits.length; index += 1) {
    const difference = Math.abs((transits[index] ?? 0) - (transits[index - 1] ?? 0));
    jitter += (difference - jitter) / 16;
  }
  return jitter;
}
