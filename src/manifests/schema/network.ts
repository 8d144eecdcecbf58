/** Addresses and names on the network. */
import { isIP, isIPv4, isIPv6 } from "node:net";
import { z } from "zod";

const DOMAIN = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/u;

/** A full host name in lower case (RFC 1123); names with other letters are written in their `xn--` form. */
export const domainName = z
  .string()
  .regex(DOMAIN, "a full host name in lower case, such as `meet.school.example`")
  .describe("A full host name in lower case, such as meet.school.example.");

export const emailAddress = z
  .email("an e-mail address such as `it@school.example`")
  .max(254)
  .describe("An e-mail address.");

export const ipAddress = z
  .string()
  .refine(
    (text) => isIP(text) !== 0 && !text.includes("%"),
    "an IP address such as `192.0.2.10` or `2001:db8::10`",
  )
  .describe("An IPv4 or IPv6 address.");

/** A host's own address with its network: `10.10.1.1/24`. */
export const ipv4Interface = z
  .string()
  .refine(
    (text) => isInterface(text, isIPv4, 16, 29),
    "an address with its network, /16 to /29, such as `10.10.1.1/24`",
  )
  .describe("The host's address on the container network, with the prefix length: 10.10.1.1/24.");

export const ipv6Interface = z
  .string()
  .refine(
    (text) => isInterface(text, isIPv6, 48, 120),
    "an address with its network, /48 to /120, such as `fd42:1::1/64`",
  )
  .describe("The host's IPv6 address on the container network, with the prefix length: fd42:1::1/64.");

/** An http or https address without user and password: those are Secrets. */
export const httpUrl = z
  .url({ protocol: /^https?$/u, error: "an address such as `https://alerts.school.example/hook`" })
  .refine(
    (text) => !/^[a-z]+:\/\/[^/]*@/u.test(text),
    "an address without user and password: name a Secret instead",
  )
  .describe("An http or https address.");

function isInterface(
  text: string,
  isAddress: (address: string) => boolean,
  least: number,
  most: number,
): boolean {
  const [address, prefix, ...rest] = text.split("/");
  if (address === undefined || prefix === undefined || rest.length > 0) return false;
  return (
    isAddress(address) && /^[0-9]{1,3}$/u.test(prefix) && Number(prefix) >= least && Number(prefix) <= most
  );
}
