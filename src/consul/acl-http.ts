/** Consul's ACL endpoints, which the npm client does not have. */
import { answerError, consulError, type ConsulAnswer } from "./consul-error.ts";
import type { ConsulPlace } from "./endpoint.ts";
import type { ConsulExchange } from "./exchange.ts";

export type AclRequest = (method: "GET" | "PUT", path: string, body?: object) => Promise<unknown>;

const ANSWER_BYTES = 4 * 1024 * 1024;

/** Answers the parsed JSON of a 2xx, throws a ConveneError otherwise. Paths are below `/v1/acl`. */
export function createAclRequest(exchange: ConsulExchange, place: ConsulPlace): AclRequest {
  return async (method, path, body) => {
    const doing = `${method === "GET" ? "read" : "write"} the ACL ${path}`;
    let answer: ConsulAnswer;
    try {
      answer = await exchange({
        method,
        path: `/v1/acl${path}`,
        maximumBytes: ANSWER_BYTES,
        ...(body === undefined ? {} : { body }),
      });
    } catch (error) {
      throw consulError(doing, place, error);
    }
    if (answer.statusCode >= 300) throw answerError(doing, place, answer);
    return JSON.parse(String(answer.body));
  };
}
