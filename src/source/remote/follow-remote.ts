/** Follows a repository elsewhere: at once, then by schedule; the watch on the refs does the rest. */
import { createTask, validate } from "node-cron";
import { ConveneError, describeError, type ErrorReport, reportError } from "../../system/errors.ts";
import type { Logger } from "../../system/logger.ts";
import { fetchRemote, type FetchRemoteOptions } from "./fetch-remote.ts";

export interface FollowRemoteOptions extends FetchRemoteOptions {
  readonly logger: Logger;
  /** Told after each look: what is wrong, or undefined when it went well. */
  readonly report: (error: ErrorReport | undefined) => void;
}

/**
 * Looks at once, then by schedule until the signal aborts. Does not wait for the first look: what is deployed already
 * is kept right while the remote cannot be reached. @throws ConveneError `InvalidHostSettings`.
 */
export function followRemote(options: FollowRemoteOptions): void {
  const { schedule } = options.remote;
  if (!validate(schedule)) {
    throw new ConveneError({
      code: "InvalidHostSettings",
      message: `remote.schedule ${JSON.stringify(schedule)} is not a cron expression`,
      hint: 'write five fields such as "*/5 * * * *" in /etc/convene/config.yaml',
    });
  }
  keepLooking(options).catch((error: unknown) => {
    options.logger.error("the remote is not followed any more", { error: describeError(error) });
  });
}

async function keepLooking(options: FollowRemoteOptions): Promise<void> {
  await look(options);
  if (options.signal.aborted) return;
  const task = createTask(options.remote.schedule, async () => look(options), {
    name: "follow-remote",
    noOverlap: true,
    suppressMissedWarning: true,
  });
  options.signal.addEventListener("abort", () => void task.destroy(), { once: true });
  await task.start();
}

async function look(options: FollowRemoteOptions): Promise<void> {
  try {
    const { moved, commit } = await fetchRemote(options);
    if (moved) options.logger.info("the remote has a newer commit", { commit });
    options.report(undefined);
  } catch (error) {
    if (options.signal.aborted) return;
    const report = reportError(error);
    options.logger.warn("following the remote failed", { code: report.code, error: report.message });
    options.report(report);
  }
}
