/** Somebody who is told. */
import type { DesiredReceiver } from "../../model/desired-state.ts";
import type { Notification } from "../alert.ts";
import { sendEmail } from "./email.ts";
import { sendWebhook } from "./webhook.ts";

export interface SendOptions {
  /** Ends the attempt, deadline included. */
  readonly signal: AbortSignal;
  /** PEM roots trusted beside Node's own. */
  readonly extraRoots: readonly string[];
}

/** Delivers all of them as one message, or throws a ConveneError `DeliveryFailed`. */
export async function send(
  receiver: DesiredReceiver,
  notifications: readonly Notification[],
  options: SendOptions,
): Promise<void> {
  const { target } = receiver;
  if (target.kind === "webhook") return sendWebhook(receiver.name, target, notifications, options);
  return sendEmail(receiver.name, target, notifications, options);
}
