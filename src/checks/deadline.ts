/** How long one run of a check may take: a signal at its deadline, and the moment after which nobody waits any more. */

export interface Deadline {
  /** Aborts at the deadline, or when the caller gives up. */
  readonly signal: AbortSignal;
  /** Resolves when a run that was told to stop has not done so in time. */
  readonly overrun: Promise<void>;
  /** The run has ended: forgets the timer and the caller's signal. */
  readonly end: () => void;
}

/** Milliseconds a run gets after its deadline to hand back what it allocated. */
const RELEASE_MS = 3_000;

/**
 * One timer and one listener, gone at the end: hundreds of checks share one long-lived signal, on which
 * AbortSignal.any would leave something behind for each, and it costs more than a whole STUN exchange. They are set up
 * a turn of the event loop later, while the first packet is on its way.
 */
export function startDeadline(caller: AbortSignal, timeoutMs: number): Deadline {
  const controller = new AbortController();
  const { promise: overrun, resolve } = Promise.withResolvers<void>();
  let timer: NodeJS.Timeout | undefined;
  const stop = (reason: unknown): void => {
    clearTimeout(timer);
    timer = setTimeout(resolve, RELEASE_MS);
    controller.abort(reason);
  };
  const late = (): void => stop(new DOMException("the check's time was over", "TimeoutError"));
  const given = (): void => stop(caller.reason);
  const arm = setImmediate(() => {
    timer = setTimeout(late, timeoutMs);
    caller.addEventListener("abort", given, { once: true });
    if (caller.aborted) given();
  });
  if (caller.aborted) controller.abort(caller.reason);
  return {
    signal: controller.signal,
    overrun,
    end: () => {
      clearImmediate(arm);
      clearTimeout(timer);
      caller.removeEventListener("abort", given);
    },
  };
}
