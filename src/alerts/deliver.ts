/** Delivers to one receiver until it has taken everything, with longer and longer pauses. */
import type { Clock } from "../system/clock.ts";
import { describeError } from "../system/errors.ts";
import type { Logger } from "../system/logger.ts";
import { backoffDelay } from "../system/retry.ts";
import type { Notification } from "./alert.ts";

export interface DeliveryOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** Milliseconds during which what belongs together is gathered into one message. */
  readonly gatherMs: number;
  /** Delivers as one message or throws. */
  readonly send: (notifications: readonly Notification[]) => Promise<void>;
  readonly waiting: () => readonly Notification[];
  readonly onSent: (notifications: readonly Notification[]) => Promise<void>;
  readonly onFailed: (message: string) => void;
}

const BACKOFF = { initialMs: 5_000, maximumMs: 600_000 };

/** Never rejects: a receiver's failure is counted and shown, and stops nothing. */
export async function deliver(receiver: string, options: DeliveryOptions): Promise<void> {
  const { clock, signal, logger } = options;
  try {
    await clock.sleep(options.gatherMs, signal);
    for (let attempt = 1; ; attempt += 1) {
      const batch = options.waiting();
      if (batch.length === 0) return;
      try {
        await options.send(batch);
        await options.onSent(batch);
        attempt = 0;
      } catch (error) {
        signal.throwIfAborted();
        options.onFailed(describeError(error));
        logger.warn("an alert could not be delivered", { receiver, attempt, error: describeError(error) });
        await clock.sleep(backoffDelay(attempt, { ...BACKOFF, random: options.random }), signal);
      }
    }
  } catch {
    logger.debug("delivery ended with the agent; what is left is delivered after the next start", {
      receiver,
    });
  }
}
