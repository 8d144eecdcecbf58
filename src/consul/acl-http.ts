/** Consul's ACL endpoints, which the npm client does not have. */
import { request } from "node:http";
import type { ConsulEndpoint } from "./client.ts";
import { answerError, consulError, type ConsulAnswer } from "./consul-error.ts";

export type AclRequest = (method: "GET" | "PUT", path: string, body?: object) => Promise<unknown>;

const ANSWER_BYTES = 4 * 1024 * 1024;

/** Answers the parsed JSON of a 2xx, throws a ConveneError otherwise. Paths are below `/v1/acl`. */
export function createAclRequest(endpoint: ConsulEndpoint): AclRequest {
  const where = `${endpoint.address}:${endpoint.port}`;
  return async (method, path, body) => {
    const doing = `${method === "GET" ? "read" : "write"} the ACL ${path}`;
    let answer: ConsulAnswer;
    try {
      answer = await exchange(endpoint, method, `/v1/acl${path}`, body);
    } catch (error) {
      throw consulError(doing, where, error);
    }
    if (answer.statusCode >= 300) throw answerError(doing, where, answer);
    return JSON.parse(String(answer.body));
  };
}

function exchange(
  endpoint: ConsulEndpoint,
  method: string,
  path: string,
  body: object | undefined,
): Promise<ConsulAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<ConsulAnswer>();
  const outgoing = request({
    host: endpoint.address,
    port: endpoint.port,
    method,
    path,
    headers: { "x-consul-token": endpoint.token.reveal() },
    signal: AbortSignal.timeout(endpoint.timeoutMs),
  });
  outgoing.on("error", reject);
  outgoing.on("response", (response) => {
    let text = "";
    response.setEncoding("utf8");
    response.on("data", (chunk: string) => {
      text += chunk;
      if (text.length > ANSWER_BYTES) response.destroy(new Error("the answer is too long"));
    });
    response.on("error", reject);
    response.on("end", () => {
      resolve({ statusCode: response.statusCode ?? 0, body: text });
    });
  });
  outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  return promise;
}
