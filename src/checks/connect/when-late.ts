/** Ends one wait after some time or when a signal aborts, and leaves neither timer nor listener behind. */

/**
 * Calls back once, also when the signal has aborted already; without `milliseconds` the signal alone ends the wait.
 * What it returns forgets both; afterwards it never calls.
 */
export function whenLate(milliseconds: number | undefined, outer: AbortSignal, late: () => void): () => void {
  const timer = milliseconds === undefined ? undefined : setTimeout(late, milliseconds);
  const stop = (): void => {
    clearTimeout(timer);
    late();
  };
  outer.addEventListener("abort", stop, { once: true });
  if (outer.aborted) stop();
  return () => {
    clearTimeout(timer);
    outer.removeEventListener("abort", stop);
  };
}
