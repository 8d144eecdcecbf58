/** Single requests with a bound on the answer, for what the npm client does not have or would read without end. */
import { request as requestHttp, type Agent as HttpAgent, type ClientRequest } from "node:http";
import { request as requestHttps } from "node:https";
import { answerTooLarge, type ConsulAnswer } from "./consul-error.ts";
import { type ConsulEndpoint, placeName } from "./endpoint.ts";

export interface ConsulRequest {
  readonly method: "GET" | "PUT";
  /** Path and query, encoded: `/v1/kv/service/?recurse=true`. */
  readonly path: string;
  readonly body?: object;
  readonly maximumBytes: number;
}

/** Answers whatever Consul says, errors too. Throws node's own errors, and `ConsulTooLarge` beyond the bound. */
export type ConsulExchange = (request: ConsulRequest) => Promise<ConsulAnswer>;

export function createExchange(endpoint: ConsulEndpoint, agent: HttpAgent): ConsulExchange {
  return ({ method, path, body, maximumBytes }) => {
    const { promise, resolve, reject } = Promise.withResolvers<ConsulAnswer>();
    const deadline = AbortSignal.timeout(endpoint.timeoutMs);
    // Node calls this an abort, whoever asked for it.
    const fail = (error: Error): void =>
      reject(deadline.aborted ? new Error(`no answer within ${endpoint.timeoutMs / 1000} s`) : error);
    const outgoing: ClientRequest = (endpoint.tls ? requestHttps : requestHttp)({
      host: endpoint.address,
      port: endpoint.port,
      agent,
      method,
      path,
      headers: { "x-consul-token": endpoint.token.reveal() },
      signal: deadline,
    });
    outgoing.on("error", fail);
    outgoing.on("response", (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes > maximumBytes) response.destroy(answerTooLarge(path, placeName(endpoint), maximumBytes));
      });
      response.on("error", fail);
      response.on("end", () => {
        resolve({ statusCode: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
      });
    });
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    return promise;
  };
}
