/** `kind: Site`: the host, as people outside see it; exactly one in a repository. */
import { z } from "zod";
import { manifestSchema } from "./envelope.ts";
import { labelName } from "./names.ts";
import { domainName, emailAddress, httpUrl, ipAddress, ipv4Interface, ipv6Interface } from "./network.ts";
import { secretRef } from "./secret-ref.ts";

const addresses = z
  .strictObject({
    public: z.array(ipAddress).min(1).max(8).describe("The addresses people reach this host by."),
    listen: z
      .array(ipAddress)
      .min(1)
      .max(8)
      .optional()
      .describe("The host's own addresses, when it is behind NAT; the public ones otherwise."),
  })
  .transform((input) => ({ public: input.public, listen: input.listen ?? input.public }))
  .describe("Where people reach this host, and where it listens.");

const network = z.strictObject({
  ipv4: ipv4Interface.default("10.10.1.1/24"),
  ipv6: ipv6Interface.optional(),
});

const existingConsul = z.strictObject({
  url: httpUrl.describe("Where the existing Consul answers."),
  token: secretRef.optional().describe("The Secret that holds a token for it."),
});

export const siteSchema = manifestSchema(
  "Site",
  labelName,
  z.strictObject({
    domain: domainName.describe("The name people open in their browser."),
    adminEmail: emailAddress.describe("Told to Let's Encrypt, and where alerts go without a Receiver."),
    timezone: z
      .string()
      .refine(isTimezone, "a time zone such as `Europe/Berlin`")
      .default("Etc/UTC")
      .describe("IANA time zone."),
    addresses,
    network: network.prefault({}).describe("The containers' network."),
    catalogue: z
      .string()
      .regex(/^[0-9A-Za-z][0-9A-Za-z.-]{0,31}$/u, 'a version in quotes, such as "1"')
      .describe("Version of the component catalogue: templates change only when this line does."),
    consul: existingConsul
      .optional()
      .describe("An existing Consul, when it is not the one of the catalogue."),
  }),
);

export type SiteManifest = z.output<typeof siteSchema>;

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
