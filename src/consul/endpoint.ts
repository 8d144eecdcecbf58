/** Which Consul is meant: how it is spoken to, and what people are told about it when that fails. */
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { createSecureContext, getCACertificates } from "node:tls";
import type { Secret } from "../system/secret.ts";

export interface ConsulTls {
  /** PEM of the only authorities that are trusted; absent: the machine's own. */
  readonly ca?: string;
}

/** What an error message needs to know. */
export interface ConsulPlace {
  readonly address: string;
  readonly port: number;
  readonly site: string;
  /** The container of convene's own Consul; absent for one the Site names. */
  readonly container?: string;
  /** The Secret that holds the token for one the Site names. */
  readonly tokenSecret?: string;
}

export interface ConsulEndpoint extends ConsulPlace {
  readonly token: Secret;
  /** Absent: plain HTTP. */
  readonly tls?: ConsulTls;
  /** Milliseconds a request may take; blocking queries have their own. */
  readonly timeoutMs: number;
}

/** `10.10.1.5:8500`, for messages. */
export function placeName({ address, port }: Pick<ConsulPlace, "address" | "port">): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Connections that are kept, with the trust the Site asks for. */
export function connectionsTo({ address, tls }: ConsulEndpoint): HttpAgent | HttpsAgent {
  // The npm client would look an IPv6 address up with its brackets; an agent's own host goes first.
  const options = { keepAlive: true, host: address };
  if (!tls) return new HttpAgent(options);
  // Made once: reading hundreds of roots for each connection takes longer than the request.
  const secureContext = createSecureContext({ ca: tls.ca === undefined ? machineRoots() : tls.ca });
  return new HttpsAgent({ ...options, secureContext });
}

function machineRoots(): string[] {
  const system = getCACertificates("system");
  return system.length > 0 ? system : getCACertificates("default");
}
