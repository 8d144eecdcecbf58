/** Following a prefix by blocking queries (https://developer.hashicorp.com/consul/api-docs/features/blocking). */
import { z } from "zod";
import type { Clock } from "../system/clock.ts";
import type { Logger } from "../system/logger.ts";
import type { ConsulClient } from "./client.ts";
import { consulError } from "./consul-error.ts";

/** Short enough that a connection that died silently is noticed soon. */
const WAIT = "60s";
/** Consul adds up to a sixteenth; without a limit of its own the query would have that of quick requests. */
const DEADLINE = "75s";
const BACKOFF_MAX_MS = 5_000;

/** The library gives up on an answer without an index, which Consul sends until it has a leader. */
const RESTART_MS = 1_000;

export interface WatchOptions {
  readonly prefix: string;
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/**
 * Calls back on the first answer and on every change of the prefix's index; the client library resets an index
 * that goes backwards and backs off on errors. Never rejects; resolves when the signal aborts.
 */
export async function watchPrefix(client: ConsulClient, options: WatchOptions): Promise<void> {
  const { clock, signal } = options;
  while (!signal.aborted) {
    await watchUntilEnd(client, options);
    await clock.sleep(RESTART_MS, signal).catch(() => undefined);
  }
}

async function watchUntilEnd(client: ConsulClient, options: WatchOptions): Promise<void> {
  const { prefix, onChange, logger, signal } = options;
  const { promise, resolve } = Promise.withResolvers<void>();
  const watch = client.api.watch({
    method: (query: KeysQuery) => firstNames(client, query),
    options: { key: prefix, separator: "/", wait: WAIT, timeout: DEADLINE },
    backoffMax: BACKOFF_MAX_MS,
  });
  const stop = (): void => {
    watch.end();
  };
  signal.addEventListener("abort", stop, { once: true });
  watch.on("change", onChange);
  watch.on("error", (error: unknown) => {
    logger.debug("watching keys failed, trying again", {
      prefix,
      error: consulError(`watch keys below ${prefix}`, client.place, error).message,
    });
  });
  watch.on("end", () => {
    signal.removeEventListener("abort", stop);
    resolve();
  });
  await promise;
}

type KeysQuery = Parameters<ConsulClient["api"]["kv"]["keys"]>[0];

const NothingThere = z.object({
  response: z.object({ statusCode: z.literal(404), headers: z.record(z.string(), z.unknown()) }),
});

/**
 * The shortest answer that carries the prefix's index: names up to the first separator, no values. What the library
 * throws where no key is (404) is an answer with an index like any other.
 */
async function firstNames(client: ConsulClient, query: KeysQuery): Promise<unknown> {
  try {
    return await client.api.kv.keys(query);
  } catch (error) {
    const nothing = NothingThere.safeParse(error);
    if (!nothing.success) throw error;
    return [nothing.data.response, []];
  }
}
