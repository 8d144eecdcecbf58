/** The npm client, with a deadline on every request and errors in convene's form. */
import type { Agent as HttpAgent } from "node:http";
import Client from "consul";
import { consulError } from "./consul-error.ts";
import type { ConsulEndpoint, ConsulPlace } from "./endpoint.ts";

export interface ConsulClient {
  readonly api: Client;
  readonly place: ConsulPlace;
  /** Runs a call; what it throws becomes a ConveneError that says what was being done. */
  call<T>(doing: string, request: (api: Client) => Promise<T>): Promise<T>;
}

export function createClient(endpoint: ConsulEndpoint, agent: HttpAgent): ConsulClient {
  // `timeout` is a default the library honours and its types leave out.
  const defaults = { token: endpoint.token.reveal(), timeout: endpoint.timeoutMs };
  const api = new Client({
    host: bracketed(endpoint.address),
    port: endpoint.port,
    secure: endpoint.tls !== undefined,
    agent,
    defaults,
  });
  return {
    api,
    place: endpoint,
    call: async (doing, request) => {
      try {
        return await request(api);
      } catch (error) {
        throw consulError(doing, endpoint, error);
      }
    },
  };
}

function bracketed(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
