/** Puts the door to Consul together. */
import type { Clock } from "../system/clock.ts";
import { ConveneError } from "../system/errors.ts";
import type { Logger } from "../system/logger.ts";
import { pollUntil } from "../system/retry.ts";
import { createAclRequest } from "./acl-http.ts";
import { aclReady, setUpAcl } from "./acl.ts";
import { createClient, type ConsulClient } from "./client.ts";
import { logHint } from "./consul-hints.ts";
import type { Consul } from "./consul.ts";
import { connectionsTo, type ConsulEndpoint, placeName } from "./endpoint.ts";
import { createExchange } from "./exchange.ts";
import { readInventory, transact } from "./kv.ts";
import { readKeys } from "./read-keys.ts";
import { deregisterService, readServices, registerService } from "./services.ts";
import { watchPrefix } from "./watch.ts";

export interface ConsulOptions extends Omit<ConsulEndpoint, "timeoutMs"> {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds a request may take; 10 s when absent. */
  readonly timeoutMs?: number;
}

const READY_INTERVAL_MS = 100;

/** No connection is made before the first call. */
export function createConsul(options: ConsulOptions): Consul {
  const { site, logger } = options;
  const endpoint: ConsulEndpoint = { ...options, timeoutMs: options.timeoutMs ?? 10_000 };
  const connections = connectionsTo(endpoint);
  const client = createClient(endpoint, connections);
  const exchange = createExchange(endpoint, connections);
  const acl = createAclRequest(exchange, endpoint);
  // One transaction at a time: each continues from the inventory the one before it left.
  let last: Promise<unknown> = Promise.resolve();
  return {
    ready: (timeoutMs, signal) => waitForLeader(client, { ...options, timeoutMs, signal }),
    keys: (prefix) => readKeys(exchange, endpoint, prefix),
    inventory: async () => (await readInventory(client, site, logger)).inventory,
    transact: (operations) => {
      const next = last.then(() => transact(client, site, operations, logger));
      last = next.catch(() => undefined);
      return next;
    },
    services: () => readServices(client),
    register: (service) => registerService(client, site, service),
    deregister: (id) => deregisterService(client, id),
    aclReady: () => aclReady(acl),
    setUpAcl: () => setUpAcl(acl),
    watch: (prefix, onChange, signal) =>
      watchPrefix(client, { prefix, onChange, signal, logger, clock: options.clock }),
  };
}

interface ReadyOptions {
  readonly site: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** A leader alone is not enough: just elected, it may not know the tokens yet. A read with ours tells. */
async function waitForLeader(client: ConsulClient, options: ReadyOptions): Promise<void> {
  let reason: unknown;
  const answer = await pollUntil(
    async () => {
      try {
        const leader = await client.call("ask for the leader", (api) => api.status.leader());
        if (leader === "") return undefined;
        await readInventory(client, options.site, options.logger);
        return true;
      } catch (error) {
        if (!(error instanceof ConveneError) || !mayPass(error)) throw error;
        reason = error;
        return undefined;
      }
    },
    {
      clock: options.clock,
      intervalMs: READY_INTERVAL_MS,
      timeoutMs: options.timeoutMs,
      ...(options.signal ? { signal: options.signal } : {}),
    },
  );
  if (answer) return;
  if (reason instanceof ConveneError) throw reason;
  throw new ConveneError({
    code: "ConsulNotReady",
    message: `Consul at ${placeName(client.place)} has no leader after ${options.timeoutMs / 1000} s`,
    hint: logHint(client.place, "why none was elected"),
    subject: "consul",
    retryable: true,
  });
}

/** Rights do not come by waiting a moment: somebody has to give them. */
function mayPass(error: ConveneError): boolean {
  return error.retryable && error.code !== "ConsulDenied";
}
