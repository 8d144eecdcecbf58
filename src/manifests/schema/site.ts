/** `kind: Site`: the host, as people outside see it; exactly one in a repository. */
import { X509Certificate } from "node:crypto";
import { z } from "zod";
import { manifestSchema } from "./envelope.ts";
import { labelName } from "./names.ts";
import { domainName, emailAddress, httpUrl, ipAddress, ipv4Interface, ipv6Interface } from "./network.ts";
import { port } from "./quantities.ts";
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

/** Consul's DNS port (https://developer.hashicorp.com/consul/docs/install/ports). */
export const CONSUL_DNS_PORT = 8600;

const existingConsul = z.strictObject({
  url: httpUrl
    .refine((text) => /^[a-z]+:\/\/[^/?#]+\/?$/u.test(text), "an address without a path behind it")
    .describe("Where the existing Consul answers, by http or https."),
  token: secretRef.optional().describe("The Secret that holds a token for it."),
  ca: z
    .string()
    .max(65_536)
    .refine(isCertificate, "a certificate in PEM: lines from `-----BEGIN CERTIFICATE-----` on")
    .optional()
    .describe("PEM of the authority its https is trusted by; without it those of the machine are."),
  domain: z
    .string()
    .max(200)
    .regex(
      /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/u,
      "a DNS domain such as `consul`",
    )
    .default("consul")
    .describe("The DNS domain it answers for; modules made for rollyourown.xyz expect ryo."),
  dns: z
    .strictObject({ address: ipAddress, port: port.default(CONSUL_DNS_PORT) })
    .optional()
    .describe("Where containers ask it by DNS; without it the address of the url, port 8600."),
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

function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).subject !== undefined;
  } catch {
    return false;
  }
}

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
