/** Tells the agent's own log, always and at once. */
import type { Logger } from "../../system/logger.ts";
import type { Notification } from "../alert.ts";

export function logNotifications(logger: Logger, notifications: readonly Notification[]): void {
  for (const one of notifications) {
    const { kind, name, subject, severity, reason, message, hint, also, evidence } = one;
    const fields = { kind, name, subject, severity, reason, message, hint, also, ...evidence };
    if (kind === "resolved") logger.info("alert resolved", fields);
    else if (severity === "critical") logger.error("alert", fields);
    else logger.warn("alert", fields);
  }
}
