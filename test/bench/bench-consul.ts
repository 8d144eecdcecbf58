/** The site's Consul as the bench sees it: with the agent's token, beside the agent. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CONSUL_TOKEN } from "../../src/manifests/consul-container.ts";
import type { Harness } from "../e2e/harness.ts";

export interface BenchConsul {
  /** The answer's JSON. */
  get(path: string): Promise<unknown>;
  put(path: string, value: string): Promise<void>;
  /** Moves with every write to any key (X-Consul-Index of a recursive read). */
  index(): Promise<number>;
}

const DEADLINE_MS = 10_000;

export async function openConsul({ host, prefix }: Harness): Promise<BenchConsul> {
  const token = (await readFile(join(host.options.stateDirectory, "secrets", CONSUL_TOKEN), "utf8")).trim();
  const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const answer = await fetch(`http://${prefix}.5:8500${path}`, {
      ...init,
      headers: { "X-Consul-Token": token },
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    if (!answer.ok) throw new Error(`Consul answers ${answer.status} to ${path}`);
    return answer;
  };
  return {
    get: async (path) => await (await ask(path)).json(),
    put: async (path, value) => {
      await (await ask(path, { method: "PUT", body: value })).text();
    },
    index: async () => {
      const answer = await ask("/v1/kv/?recurse=true");
      await answer.text();
      return Number(answer.headers.get("x-consul-index"));
    },
  };
}
