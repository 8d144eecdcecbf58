/** Small pieces of the report's language. */
import { isIPv6 } from "node:net";

/** `[2001:db8::1]:443` for an IPv6 address. */
export function hostAndPort(host: string, port: number): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

/** The address people type: without the port where it is https's own. */
export function origin({ host, port }: { readonly host: string; readonly port: number }): string {
  const name = isIPv6(host) ? `[${host}]` : host;
  return port === 443 ? `https://${name}` : `https://${name}:${port}`;
}
