/** Tells systemd how the agent is: ready, alive, stopping (sd_notify(3)). */
import { execFile } from "node:child_process";

export interface Notifier {
  ready(): void;
  /** Feeds the watchdog, at most once in a third of its time. Called on real progress only, never by a bare timer. */
  progress(): void;
  stopping(): void;
}

/** Without NOTIFY_SOCKET (no systemd) every call does nothing. */
export function createNotifier(
  environment: Readonly<Record<string, string | undefined>>,
  now: () => number,
): Notifier {
  if (environment["NOTIFY_SOCKET"] === undefined) {
    return { ready: () => undefined, progress: () => undefined, stopping: () => undefined };
  }
  const watchdogMs = Number(environment["WATCHDOG_USEC"] ?? 0) / 1000;
  let fedAt = Number.NEGATIVE_INFINITY;
  return {
    ready: () => send(["--ready", "--status=running"]),
    progress: () => {
      if (watchdogMs <= 0 || now() - fedAt < watchdogMs / 3) return;
      fedAt = now();
      send(["WATCHDOG=1"]);
    },
    stopping: () => send(["STOPPING=1"]),
  };
}

/** A child process: the unit says NotifyAccess=all for it (lab.md 8). */
function send(words: readonly string[]): void {
  execFile("systemd-notify", [...words], { timeout: 5_000 }, () => undefined);
}
