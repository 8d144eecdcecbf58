/** What has been told and what is still to be told, on disk: a restart neither tells twice nor forgets a recovery. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { writeFileAtomically } from "../system/atomic-file.ts";
import { ConveneError, describeError } from "../system/errors.ts";
import type { Logger } from "../system/logger.ts";
import { identityOf, type Notification, type Tracked, type TrackedAlerts } from "./alert.ts";

export interface AlertLog {
  readonly tracked: TrackedAlerts;
  /** Receiver → what it has not taken yet. */
  readonly outbox: ReadonlyMap<string, readonly Notification[]>;
}

const severity = z.enum(["critical", "warning"]);
const text = { name: z.string(), subject: z.string(), severity, reason: z.string(), message: z.string() };
const evidence = z.record(z.string(), z.string());

const problem = z.object({
  ...text,
  hint: z.string().exactOptional(),
  evidence,
  also: z.array(z.string()).exactOptional(),
  since: z.number().exactOptional(),
  observedAt: z.number(),
  confirmations: z.number(),
});

const tracked = z.object({
  problem,
  since: z.number(),
  looks: z.number(),
  told: z.object({ at: z.number(), severity, reasons: z.record(z.string(), z.number()) }),
});

const notification = z.object({
  kind: z.enum(["firing", "changed", "repeated", "resolved"]),
  ...text,
  hint: z.string().exactOptional(),
  evidence,
  also: z.array(z.string()).exactOptional(),
  site: z.string(),
  url: z.string(),
  startsAt: z.number(),
  endsAt: z.number().exactOptional(),
  at: z.number(),
});

const logFile = z.object({
  version: z.literal(1),
  tracked: z.array(tracked),
  outbox: z.record(z.string(), z.array(notification)),
});

/** An unreadable file counts as empty and is said: telling twice is better than telling nobody. */
export async function readAlertLog(path: string, now: number, logger: Logger): Promise<AlertLog> {
  let content: string;
  try {
    content = await readFile(path, "utf8");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) {
      logger.warn("the alert log cannot be read and counts as empty", { path, error: describeError(error) });
    }
    return { tracked: new Map(), outbox: new Map() };
  }
  try {
    const parsed = logFile.parse(JSON.parse(content));
    const alerts = parsed.tracked.map((one): [string, Tracked] => [
      identityOf(one.problem),
      { ...one, lastSeenAt: now },
    ]);
    return { tracked: new Map(alerts), outbox: new Map(Object.entries(parsed.outbox)) };
  } catch (error) {
    logger.warn("the alert log is damaged and counts as empty", { path, error: describeError(error) });
    return { tracked: new Map(), outbox: new Map() };
  }
}

/** Only what has been told is kept: unconfirmed trouble is looked at again after a start. */
export async function writeAlertLog(path: string, log: AlertLog): Promise<void> {
  const told = [...log.tracked.values()].filter((one) => one.told !== undefined);
  const content = { version: 1, tracked: told, outbox: Object.fromEntries(log.outbox) };
  try {
    await writeFileAtomically(path, `${JSON.stringify(content)}\n`, 0o600);
  } catch (error) {
    throw new ConveneError({
      code: "AlertLogFailed",
      message: `the alert log ${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
      hint: "is the disk full? `convene check host`",
      cause: error,
      retryable: true,
    });
  }
}
