/** Follows a repository elsewhere: at once, then by schedule; the watch on the refs does the rest. */
import { createTask, validate } from "node-cron";
import { ConveneError, type ErrorReport, reportError } from "../../system/errors.ts";
import type { Logger } from "../../system/logger.ts";
import { fetchRemote, type FetchRemoteOptions } from "./fetch-remote.ts";

export interface FollowRemoteOptions extends FetchRemoteOptions {
  readonly logger: Logger;
  /** Told after each look: what is wrong, or undefined when it went well. */
  readonly report: (error: ErrorReport | undefined) => void;
}

/** Returns after the first look; goes on by schedule until the signal aborts. @throws ConveneError `InvalidHostSettings`. */
export async function followRemote(options: FollowRemoteOptions): Promise<void> {
  const { schedule } = options.remote;
  if (!validate(schedule)) {
    throw new ConveneError({
      code: "InvalidHostSettings",
      message: `remote.schedule ${JSON.stringify(schedule)} is not a cron expression`,
      hint: 'write five fields such as "*/5 * * * *" in /etc/convene/config.yaml',
    });
  }
  await look(options);
  if (options.signal.aborted) return;
  const task = createTask(schedule, async () => look(options), {
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
