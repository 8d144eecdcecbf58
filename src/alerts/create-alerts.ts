/** Watches the status and tells: the log at once, receivers with retries, each thing once. */
import type { DesiredReceiver, Finding } from "../model/desired-state.ts";
import type { AlertFigures } from "../metrics/metrics-state.ts";
import type { Status } from "../status/status.ts";
import type { Clock } from "../system/clock.ts";
import { describeError } from "../system/errors.ts";
import type { Logger } from "../system/logger.ts";
import { readAlertLog, writeAlertLog, type AlertLog } from "./alert-log.ts";
import type { Notification } from "./alert.ts";
import { deliver } from "./deliver.ts";
import { type AlertRules, evaluate } from "./evaluate.ts";
import { addressed, EVERYBODY, readdressed, withoutSent } from "./outbox.ts";
import { observationOf } from "./problems.ts";
import { send } from "./receivers/receiver.ts";
import { logNotifications } from "./receivers/log.ts";

export interface AlertsOptions {
  readonly logFile: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A number in [0, 1), for pauses between attempts. */
  readonly random: () => number;
  /** Ends deliveries; what is left is on disk. */
  readonly signal: AbortSignal;
  readonly extraRoots?: readonly string[];
  /** Milliseconds; for tests. */
  readonly graceMs?: number;
  readonly gatherMs?: number;
}

export interface Alerts {
  configure(receivers: readonly DesiredReceiver[]): void;
  observe(status: Status): void;
  /** How many alerts stand, and how many messages were taken since the start. */
  figures(): AlertFigures;
  /** Receivers that did not take the last message. */
  findings(): readonly Finding[];
  /** Resolves when everything is on disk and every receiver has taken it, however long that takes. */
  flush(): Promise<void>;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const SEND_MS = 30_000;

export async function createAlerts(options: AlertsOptions): Promise<Alerts> {
  const { clock, logger, logFile, signal } = options;
  const graceEnd = clock.monotonic() + (options.graceMs ?? MINUTE_MS);
  const rules = (now: number): AlertRules => ({
    graceUntil: now + (graceEnd - clock.monotonic()),
    repeatMs: 4 * HOUR_MS,
    forgetMs: HOUR_MS,
  });
  let log: AlertLog = await readAlertLog(logFile, clock.now(), logger);
  let receivers: readonly DesiredReceiver[] | undefined;
  let saved: Promise<void> = Promise.resolve();
  const deliveries = new Map<string, Promise<void>>();
  const attempts = new Map<string, { sent: number; failed: number }>();
  const failures = new Map<string, { readonly count: number; readonly message: string }>();

  function attemptsOf(name: string) {
    const found = attempts.get(name) ?? { sent: 0, failed: 0 };
    attempts.set(name, found);
    return found;
  }

  function save(): Promise<void> {
    saved = saved
      .then(() => writeAlertLog(logFile, log))
      .catch((error: unknown) => logger.warn("alerts are not on disk", { error: describeError(error) }));
    return saved;
  }

  function sendTo(name: string, notifications: readonly Notification[]): Promise<void> {
    const receiver = receivers?.find((one) => one.name === name);
    if (!receiver) return Promise.resolve();
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(SEND_MS)]);
    return send(receiver, notifications, { signal: deadline, extraRoots: options.extraRoots ?? [] });
  }

  async function sent(name: string, notifications: readonly Notification[]): Promise<void> {
    failures.delete(name);
    attemptsOf(name).sent += notifications.length;
    log = { ...log, outbox: withoutSent(log.outbox, name, notifications) };
    await save();
  }

  function startDeliveries(): void {
    for (const { name } of receivers ?? []) {
      if (deliveries.has(name) || !log.outbox.has(name)) continue;
      const delivery = deliver(name, {
        clock,
        logger,
        random: options.random,
        signal,
        gatherMs: options.gatherMs ?? 10_000,
        send: (notifications) => sendTo(name, notifications),
        waiting: () => log.outbox.get(name) ?? [],
        onSent: (notifications) => sent(name, notifications),
        onFailed: (message) => {
          attemptsOf(name).failed += 1;
          failures.set(name, { count: (failures.get(name)?.count ?? 0) + 1, message });
        },
      }).finally(() => {
        deliveries.delete(name);
        // Something may have come in after the last look.
        if (!signal.aborted) startDeliveries();
      });
      deliveries.set(name, delivery);
    }
  }

  return {
    configure: (next) => {
      receivers = next;
      const outbox = readdressed(log.outbox, next);
      const changed = outbox.size !== log.outbox.size || log.outbox.has(EVERYBODY);
      log = { ...log, outbox };
      if (changed) void save();
      startDeliveries();
    },
    observe: (status) => {
      const now = clock.now();
      const { tracked, notifications } = evaluate(log.tracked, observationOf(status), now, rules(now));
      log = { tracked, outbox: log.outbox };
      if (notifications.length === 0) return;
      logNotifications(logger, notifications);
      log = { tracked, outbox: addressed(log.outbox, receivers, notifications) };
      void save().then(startDeliveries);
    },
    figures: () => ({
      alerts: [...log.tracked.values()].map(({ problem, told }) => ({
        name: problem.name,
        severity: problem.severity,
        state: told ? ("firing" as const) : ("pending" as const),
      })),
      deliveries: (receivers ?? []).map(({ name }) => ({ receiver: name, ...attemptsOf(name) })),
    }),
    findings: () =>
      [...failures].map(([name, { count, message }]) => ({
        reason: "DeliveryFailed",
        subject: `receiver/${name}`,
        message: `${count} attempts failed; the last: ${message}`,
      })),
    flush: async () => {
      await saved;
      await Promise.all(deliveries.values());
      await saved;
    },
  };
}
