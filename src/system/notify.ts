/** Tells systemd how the agent is: ready, alive, stopping (sd_notify(3)). */
import { execFile } from "node:child_process";
import type { Clock } from "./clock.ts";

export interface Notifier {
  ready(): void;
  /** Feeds the watchdog, at most once in a third of its time. Called on real progress only, never by a bare timer. */
  progress(): void;
  stopping(): void;
}

/** Sends assignments such as `READY=1` to systemd. */
export type SendState = (assignments: readonly string[]) => void;

const SEND_DEADLINE_MS = 5_000;

/** Without NOTIFY_SOCKET (no systemd) every call does nothing. By the monotonic clock, as systemd itself counts. */
export function createNotifier(
  environment: Readonly<Record<string, string | undefined>>,
  clock: Pick<Clock, "monotonic">,
  send: SendState = sendByChild,
): Notifier {
  if (environment["NOTIFY_SOCKET"] === undefined) {
    return { ready: () => undefined, progress: () => undefined, stopping: () => undefined };
  }
  const watchdogMs = Number(environment["WATCHDOG_USEC"] ?? 0) / 1000;
  let fedAt = Number.NEGATIVE_INFINITY;
  return {
    ready: () => send(["READY=1"]),
    progress: () => {
      if (watchdogMs <= 0 || clock.monotonic() - fedAt < watchdogMs / 3) return;
      fedAt = clock.monotonic();
      send(["WATCHDOG=1"]);
    },
    stopping: () => send(["STOPPING=1"]),
  };
}

/**
 * Node has no datagrams on unix sockets, and its FFI is an experiment: a child of 7 ms a minute costs nothing, but
 * the unit has to say NotifyAccess=all for it. A message that is lost is made good by the next one.
 */
function sendByChild(assignments: readonly string[]): void {
  execFile("systemd-notify", [...assignments], { timeout: SEND_DEADLINE_MS }, () => undefined);
}
