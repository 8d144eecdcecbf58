/** Tells somebody by e-mail. */
import { rootCertificates } from "node:tls";
import { ConveneError } from "../../system/errors.ts";
import type { Secret } from "../../system/secret.ts";
import type { Notification } from "../alert.ts";
import { messageOf } from "../message.ts";
import type { SendOptions } from "./receiver.ts";

interface EmailTarget {
  readonly to: string;
  readonly from: string;
  readonly host: string;
  readonly port: number;
  readonly security: "starttls" | "tls" | "none";
  readonly user?: string;
  readonly password?: Secret;
}

/** Milliseconds for each step of the conversation. */
const STEP_MS = 10_000;

/** With `starttls` the message goes encrypted or not at all (RFC 3207, section 6: no silent downgrade). */
export async function sendEmail(
  receiver: string,
  target: EmailTarget,
  notifications: readonly Notification[],
  options: SendOptions,
): Promise<void> {
  // Most sites never send one: nodemailer is loaded with the first.
  const { default: nodemailer } = await import("nodemailer");
  const { host, port, security, user, password, from, to } = target;
  const transport = nodemailer.createTransport({
    host,
    port,
    secure: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "none",
    connectionTimeout: STEP_MS,
    greetingTimeout: STEP_MS,
    socketTimeout: STEP_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(options.extraRoots.length > 0 ? { tls: { ca: [...rootCertificates, ...options.extraRoots] } } : {}),
    ...(user !== undefined && password ? { auth: { user, pass: password.reveal() } } : {}),
  });
  const abort = (): void => transport.close();
  options.signal.addEventListener("abort", abort, { once: true });
  try {
    await transport.sendMail({
      from: { name: "convene", address: from },
      to: { name: "", address: to },
      ...messageOf(notifications),
      headers: { "Auto-Submitted": "auto-generated" },
    });
  } catch (error) {
    throw new ConveneError({
      code: "DeliveryFailed",
      message: `the mail server ${host}:${port} did not take the message: ${error instanceof Error ? error.message : String(error)}`,
      hint: `see host, security, user and password of Receiver ${receiver}; it is tried again`,
      subject: `receiver/${receiver}`,
      retryable: true,
    });
  } finally {
    options.signal.removeEventListener("abort", abort);
    transport.close();
  }
}
