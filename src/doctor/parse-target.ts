/** Reads what people write for a site: a domain, with a port, or the address out of the browser. */
import { isIP } from "node:net";
import { ConveneError } from "../system/errors.ts";
import type { DoctorTarget } from "./request.ts";

const HTTPS_PORT = 443;
const HOST = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/** Throws ConveneError `InvalidDomain`. Path and room of a URL are left out: no room of people is touched. */
export function parseTarget(text: string): DoctorTarget {
  const trimmed = text.trim();
  const bracketed = isIP(trimmed) === 6 ? `[${trimmed}]` : trimmed;
  const url = URL.parse(bracketed.includes("://") ? bracketed : `https://${bracketed}`);
  if (url === null) throw invalid(text, "it is no host name");
  if (url.protocol !== "https:") throw invalid(text, "Jitsi Meet needs https");
  if (url.username !== "" || url.password !== "") throw invalid(text, "a login goes into --user");
  const host = url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  if (isIP(host) === 0 && !HOST.test(host)) throw invalid(text, "it is no host name");
  return { host, port: url.port === "" ? HTTPS_PORT : Number(url.port) };
}

/** `NAME=ADDRESS[,ADDRESS]`, as often as given. Throws ConveneError `InvalidPin`. */
export function parsePins(texts: readonly string[]): ReadonlyMap<string, readonly string[]> {
  return new Map(texts.map(parsePin));
}

function parsePin(text: string): readonly [string, readonly string[]] {
  const [name = "", addresses = ""] = text.toLowerCase().split("=", 2);
  const list = addresses.split(",").map((address) => address.replace(/^\[|\]$/g, ""));
  if (HOST.test(name) && list.every((address) => isIP(address) !== 0)) return [name, list];
  throw new ConveneError({
    code: "InvalidPin",
    message: `--resolve ${text}: expected a name and an IP address`,
    hint: "write it like --resolve meet.example.org=192.168.1.20",
  });
}

function invalid(text: string, why: string): ConveneError {
  return new ConveneError({
    code: "InvalidDomain",
    message: `cannot look at ${text}: ${why}`,
    hint: "write the name people open, such as meet.example.org",
  });
}
