/** What a fuzzing worker and its watchdog share. */

/** At the beginning of the shared memory: how many inputs were begun, and the length of the last, whose bytes follow. */
export const COUNTER_BYTES = 8;

export type WorkerMessage =
  | { readonly kind: "crash"; readonly input: Uint8Array; readonly error: string }
  | { readonly kind: "slow"; readonly input: Uint8Array; readonly milliseconds: number };
