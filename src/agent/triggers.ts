/** What wakes the loop: LXD's events, keys in Consul, and the clock. Each carries a reason, never data. */
import { type ScheduledTask, schedule } from "node-cron";
import type { Lxd } from "../lxd/lxd.ts";
import type { LxdEvent } from "../lxd/schema.ts";
import type { WakeOptions } from "./loop.ts";

/** Actions that can mean drift. Reading files and running commands are not among them: sweeps do both. */
const TELLING =
  /^(instance-(created|deleted|renamed|shutdown|stopped|started|restarted|paused|resumed|updated)|image-(deleted|alias-deleted|alias-updated)|storage-volume-(deleted|updated|renamed)|network-(updated|deleted))$/;

/** The reason a lifecycle event gives, for people: `lxd instance-shutdown turn`; undefined when it tells nothing. */
function describeLxdEvent(event: LxdEvent): string | undefined {
  if (event.type !== "lifecycle" || !TELLING.test(event.metadata.action)) return undefined;
  const path = event.metadata.source.split("?")[0] ?? "";
  return `lxd ${event.metadata.action} ${path.slice(path.lastIndexOf("/") + 1)}`;
}

export async function followLxd(
  lxd: Lxd,
  wake: (reason: string, options?: WakeOptions) => void,
  signal: AbortSignal,
): Promise<void> {
  await lxd.events(
    (event) => {
      const reason = describeLxdEvent(event);
      if (reason !== undefined) wake(reason);
    },
    () => wake("lxd reconnected", { urgent: true }),
    signal,
  );
}

/** Runs `task` at each time of the cron expression (seconds first) until the signal aborts. */
export function everyCron(expression: string, task: () => void, signal: AbortSignal): void {
  // An abort that is over already is not told again, and a ticking task keeps the process alive.
  if (signal.aborted) return;
  const scheduled: ScheduledTask = schedule(expression, task);
  signal.addEventListener("abort", () => void scheduled.stop(), { once: true });
}
