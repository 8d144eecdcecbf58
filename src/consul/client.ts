/** The npm client, with a deadline on every request and errors in convene's form. */
import Client from "consul";
import type { Secret } from "../system/secret.ts";
import { consulError } from "./consul-error.ts";

export interface ConsulEndpoint {
  readonly address: string;
  readonly port: number;
  readonly token: Secret;
  /** Milliseconds a request may take; blocking queries have their own. */
  readonly timeoutMs: number;
}

export interface ConsulClient {
  readonly api: Client;
  /** `10.10.1.5:8500`, for messages. */
  readonly where: string;
  /** Runs a call; what it throws becomes a ConveneError that says what was being done. */
  call<T>(doing: string, request: (api: Client) => Promise<T>): Promise<T>;
}

export function createClient(endpoint: ConsulEndpoint): ConsulClient {
  const where = `${endpoint.address}:${endpoint.port}`;
  // `timeout` is a default the library honours and its types leave out.
  const defaults = { token: endpoint.token.reveal(), timeout: endpoint.timeoutMs };
  const api = new Client({ host: bracketed(endpoint.address), port: endpoint.port, defaults });
  return {
    api,
    where,
    call: async (doing, request) => {
      try {
        return await request(api);
      } catch (error) {
        throw consulError(doing, where, error);
      }
    },
  };
}

function bracketed(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
