/** Following a prefix by blocking queries (https://developer.hashicorp.com/consul/api-docs/features/blocking). */
import type { Logger } from "../system/logger.ts";
import type { ConsulClient } from "./client.ts";
import { consulError } from "./consul-error.ts";

/** Short enough that a connection that died silently is noticed soon. */
const WAIT = "60s";
const BACKOFF_MAX_MS = 5_000;

/**
 * Calls back on the first answer and on every change of the prefix's index; the client library resets an index
 * that goes backwards and backs off on errors. Resolves when the signal aborts.
 */
export async function watchPrefix(
  client: ConsulClient,
  prefix: string,
  onChange: () => void,
  signal: AbortSignal,
  logger: Logger,
): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let lastError: unknown;
  const watch = client.api.watch({
    method: client.api.kv.get.bind(client.api.kv),
    options: { key: prefix, recurse: "true", wait: WAIT },
    backoffMax: BACKOFF_MAX_MS,
  });
  const stop = (): void => {
    watch.end();
  };
  signal.addEventListener("abort", stop, { once: true });
  watch.on("change", onChange);
  watch.on("error", (error: unknown) => {
    lastError = error;
    logger.debug("watching keys failed, trying again", {
      prefix,
      error: consulError(`watch keys below ${prefix}`, client.where, error).message,
    });
  });
  watch.on("end", () => {
    signal.removeEventListener("abort", stop);
    if (signal.aborted) resolve();
    else reject(consulError(`watch keys below ${prefix}`, client.where, lastError));
  });
  await promise;
}
