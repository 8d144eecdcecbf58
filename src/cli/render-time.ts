/** Durations and ages as people say them. */

/** `120 ms`, `1.9 s`, `4 min`, `3 h`. */
export function renderDuration(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 100_000) return `${(milliseconds / 1_000).toFixed(1)} s`;
  if (milliseconds < 100 * 60_000) return `${Math.round(milliseconds / 60_000)} min`;
  if (milliseconds < 48 * 3_600_000) return `${Math.round(milliseconds / 3_600_000)} h`;
  return `${Math.round(milliseconds / 86_400_000)} days`;
}

/** `4 min ago`; `just now` within two seconds. */
export function renderAge(sinceMs: number, nowMs: number): string {
  const age = nowMs - sinceMs;
  return age < 2_000 ? "just now" : `${renderDuration(age)} ago`;
}
