/**
 * The closed grammar of everything that may come from a key somebody else wrote.
 *
 * Each parser answers the accepted value in its one canonical form, or undefined. No accepted value contains
 * white space, a quote, a backslash, `#`, `$`, `%`, a control character or anything outside ASCII, so that none can
 * end a word or a line of haproxy.cfg, turnserver.conf or the list of domains.
 */

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const RULE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const PATH = /^\/[A-Za-z0-9._~@:+,;=&!*/-]{0,255}$/;
const LOCAL_PART = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/;
const NUMBER = /^(?:0|[1-9][0-9]{0,4})$/;

/** A host name of RFC 1123, lower-cased: at least two labels, at most 253 characters. */
export function parseHost(text: string): string | undefined {
  const host = text.toLowerCase();
  const labels = host.split(".");
  const wellFormed = host.length <= 253 && labels.length >= 2 && labels.every((label) => LABEL.test(label));
  return wellFormed && !/^[0-9]+$/.test(labels.at(-1) ?? "") ? host : undefined;
}

/** A Consul service name that is also a DNS label (RFC 1035), as `_name._tcp.service.<domain>` needs. */
export function parseServiceName(text: string): string | undefined {
  return LABEL.test(text) ? text : undefined;
}

/** The name of an ACL with its deny, redirect and use-backend rules; modules build it from domains. */
export function parseRuleName(text: string): string | undefined {
  return RULE_NAME.test(text) ? text : undefined;
}

/** The beginning of a URL path. */
export function parsePath(text: string): string | undefined {
  return PATH.test(text) ? text : undefined;
}

/** What `redirect prefix` puts before the request's path: an http(s) origin with an optional path, or a path. */
export function parseRedirectPrefix(text: string): string | undefined {
  if (text.startsWith("/")) return text.startsWith("//") ? undefined : parsePath(text);
  const match = /^(https?):\/\/([^/:]+)(?::([0-9]+))?(\/.*)?$/.exec(text);
  if (!match) return undefined;
  const [, scheme = "", authority = "", digits, path] = match;
  const host = parseHost(authority);
  const port = digits === undefined ? undefined : parsePort(digits);
  const wellFormed =
    host !== undefined &&
    (digits === undefined || port !== undefined) &&
    (path === undefined || parsePath(path) !== undefined);
  if (!wellFormed) return undefined;
  return `${scheme}://${host}${port === undefined ? "" : `:${port}`}${path ?? ""}`;
}

/** A TCP or UDP port in plain decimal. */
export function parsePort(text: string): number | undefined {
  const port = parseNumber(text);
  return port !== undefined && port >= 1 && port <= 65_535 ? port : undefined;
}

/** The last part of a container's IPv4 address in the site's network. */
export function parseHostPart(text: string): number | undefined {
  const part = parseNumber(text);
  return part !== undefined && part >= 1 && part <= 254 ? part : undefined;
}

/** An e-mail address without quoting or comments: what an ACME account needs, a part of RFC 5321. */
export function parseEmail(text: string): string | undefined {
  const at = text.lastIndexOf("@");
  const local = text.slice(0, Math.max(at, 0));
  const host = parseHost(text.slice(at + 1));
  return host !== undefined && LOCAL_PART.test(local) ? `${local}@${host}` : undefined;
}

/** Text that may hold anything, as one short printable line for a message. */
export function printable(text: string): string {
  const short = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  return JSON.stringify(short).replace(/[^\x20-\x7e…]/g, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function parseNumber(text: string): number | undefined {
  return NUMBER.test(text) ? Number(text) : undefined;
}
