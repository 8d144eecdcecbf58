/** Tells a webhook, in the form that receivers made for Alertmanager understand. */
import { ConveneError } from "../../system/errors.ts";
import type { Secret } from "../../system/secret.ts";
import type { Notification } from "../alert.ts";
import type { SendOptions } from "./receiver.ts";
import { webhookBody } from "./webhook-body.ts";

interface WebhookTarget {
  readonly url: string;
  readonly token?: Secret;
}

export async function sendWebhook(
  receiver: string,
  target: WebhookTarget,
  notifications: readonly Notification[],
  options: SendOptions,
): Promise<void> {
  const response = await post(
    receiver,
    target,
    JSON.stringify(webhookBody(receiver, notifications)),
    options,
  );
  if (response.ok) {
    await response.body?.cancel();
    return;
  }
  const words = (await response.text().catch(() => "")).trim().slice(0, 200);
  throw failure(receiver, `the webhook answers ${response.status}${words === "" ? "" : `: ${words}`}`);
}

async function post(
  receiver: string,
  target: WebhookTarget,
  body: string,
  options: SendOptions,
): Promise<Response> {
  const authorization = target.token ? { authorization: `Bearer ${target.token.reveal()}` } : {};
  try {
    return await fetch(target.url, {
      method: "POST",
      headers: { "content-type": "application/json", ...authorization },
      body,
      // A redirect would carry the message, and perhaps the token, to where nobody wrote it should go.
      redirect: "error",
      signal: options.signal,
    });
  } catch (error) {
    throw failure(receiver, `the webhook cannot be reached: ${wordsOf(error)}`);
  }
}

/** fetch says no more than "fetch failed"; what happened is in the cause. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}

function failure(receiver: string, message: string): ConveneError {
  return new ConveneError({
    code: "DeliveryFailed",
    message,
    hint: `see url and token of Receiver ${receiver}; it is tried again`,
    subject: `receiver/${receiver}`,
    retryable: true,
  });
}
