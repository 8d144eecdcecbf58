/** `kind: Receiver`: who is told when something fails, and when it works again. */
import { z } from "zod";
import { manifestSchema } from "./envelope.ts";
import { labelName, singleLine } from "./names.ts";
import { domainName, emailAddress, httpUrl, ipAddress } from "./network.ts";
import { oneOf } from "./one-of.ts";
import { port } from "./quantities.ts";
import { secretRef } from "./secret-ref.ts";

/** Submission (RFC 6409), submission over TLS (RFC 8314), plain relay. */
const SMTP_PORT = { starttls: 587, tls: 465, none: 25 } as const;

const email = z
  .strictObject({
    to: emailAddress,
    from: emailAddress.optional().describe("The sender; the site's adminEmail otherwise."),
    host: z
      .union([domainName, ipAddress, z.literal("localhost")])
      .describe("The mail server: its name or address."),
    port: port.optional().describe("587, or 465 with security: tls, or 25 with security: none."),
    security: z.enum(["starttls", "tls", "none"]).default("starttls"),
    user: singleLine.optional(),
    password: secretRef.optional(),
  })
  .transform((input) => ({ ...input, port: input.port ?? SMTP_PORT[input.security] }));

const webhook = z.strictObject({
  url: httpUrl.describe("Gets Alertmanager's webhook body, version 4."),
  token: secretRef.optional().describe("Sent as a bearer token."),
});

export const receiverSchema = manifestSchema("Receiver", labelName, oneOf({ email, webhook }));

export type ReceiverManifest = z.output<typeof receiverSchema>;
