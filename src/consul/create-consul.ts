/** Puts the door to Consul together. */
import type { Clock } from "../system/clock.ts";
import { ConveneError } from "../system/errors.ts";
import type { Logger } from "../system/logger.ts";
import { pollUntil } from "../system/retry.ts";
import type { Secret } from "../system/secret.ts";
import { createAclRequest } from "./acl-http.ts";
import { aclReady, setUpAcl } from "./acl.ts";
import { createClient, type ConsulClient } from "./client.ts";
import type { Consul } from "./consul.ts";
import { readInventory, readKeys, transact } from "./kv.ts";
import { deregisterService, readServices, registerService } from "./services.ts";
import { watchPrefix } from "./watch.ts";

export interface ConsulOptions {
  readonly address: string;
  readonly port: number;
  readonly token: Secret;
  readonly site: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds a request may take; 10 s when absent. */
  readonly timeoutMs?: number;
}

const READY_INTERVAL_MS = 100;

/** No connection is made before the first call. */
export function createConsul(options: ConsulOptions): Consul {
  const { address, port, token, site, logger } = options;
  const endpoint = { address, port, token, timeoutMs: options.timeoutMs ?? 10_000 };
  const client = createClient(endpoint);
  const acl = createAclRequest(endpoint);
  // One transaction at a time: each continues from the inventory the one before it left.
  let last: Promise<unknown> = Promise.resolve();
  return {
    ready: (timeoutMs, signal) => waitForLeader(client, { ...options, timeoutMs, signal }),
    keys: (prefix) => readKeys(client, prefix),
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
        if (!(error instanceof ConveneError) || !error.retryable) throw error;
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
    message: `Consul at ${client.where} has no leader after ${options.timeoutMs / 1000} s`,
    hint: "`convene logs consul` says why none was elected",
    subject: "consul",
    retryable: true,
  });
}
