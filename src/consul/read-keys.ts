/** All keys below a prefix, at most so many: a Consul the Site names may hold other people's data as well. */
import { answerError, consulError, tooManyKeys, type ConsulAnswer } from "./consul-error.ts";
import type { KvEntry } from "./consul.ts";
import type { ConsulPlace } from "./endpoint.ts";
import type { ConsulExchange } from "./exchange.ts";
import { KvEntries } from "./schema.ts";

/** Far beyond what modules of one host need, and little enough to hold in memory for each look. */
const MAXIMUM_KEYS = 20_000;
const MAXIMUM_BYTES = 8 * 1024 * 1024;
const ONE_KEY_BYTES = 1024 * 1024;

/**
 * Throws `ConsulTooLarge` beyond the bounds and `ConsulDenied` when the token may not read there: Consul leaves out
 * what a token may not see (https://developer.hashicorp.com/consul/api-docs/kv, "recurse"), so that nothing at all
 * may also mean no rights, and keys that seem to be gone would take their routes with them.
 */
export async function readKeys(
  exchange: ConsulExchange,
  place: ConsulPlace,
  prefix: string,
): Promise<readonly KvEntry[]> {
  const doing = `read the keys below "${prefix}"`;
  const ask = async (query: string, maximumBytes: number): Promise<ConsulAnswer> => {
    let answer: ConsulAnswer;
    try {
      answer = await exchange({ method: "GET", path: `/v1/kv/${encoded(prefix)}${query}`, maximumBytes });
    } catch (error) {
      throw consulError(doing, place, error);
    }
    if (answer.statusCode >= 300 && answer.statusCode !== 404) throw answerError(doing, place, answer);
    return answer;
  };
  const answer = await ask("?recurse=true", MAXIMUM_BYTES);
  if (answer.statusCode === 404) {
    if (prefix !== "") await ask("", ONE_KEY_BYTES);
    return [];
  }
  const entries = KvEntries.parse(JSON.parse(String(answer.body)));
  if (entries.length > MAXIMUM_KEYS) throw tooManyKeys(doing, place, MAXIMUM_KEYS);
  return entries.map((entry) => ({
    key: entry.Key,
    value: Buffer.from(entry.Value ?? "", "base64").toString(),
    modifyIndex: entry.ModifyIndex,
  }));
}

function encoded(prefix: string): string {
  return prefix.split("/").map(encodeURIComponent).join("/");
}
