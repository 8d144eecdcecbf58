/** Consul in memory: it answers while its container runs, and its keys live on its volume. */
import type { Consul, ServiceDefinition } from "../../src/consul/consul.ts";
import { formatInventory, inventoryAfter, inventoryKey, parseInventory } from "../../src/consul/inventory.ts";
import { DIGEST_META, SITE_META, serviceDigest } from "../../src/consul/service-digest.ts";
import { ConveneError } from "../../src/system/errors.ts";
import { revealed } from "../../src/system/secret.ts";

export interface SimulatedConsul {
  readonly consul: Consul;
  readonly services: Map<string, ServiceDefinition>;
  /** Somebody else writes a key; undefined removes it. */
  write(key: string, value: string | undefined): void;
  keys(): ReadonlyMap<string, string>;
}

export interface SimulatedConsulOptions {
  readonly site: string;
  readonly answers: () => boolean;
  /** The keys where they are kept; undefined while there is no volume. */
  readonly store: () => Map<string, string> | undefined;
}

const ACL_MARK = "simulated-acl";

export function createSimulatedConsul({ site, answers, store }: SimulatedConsulOptions): SimulatedConsul {
  const services = new Map<string, ServiceDefinition>();
  const watchers = new Set<() => void>();
  const kv = (): Map<string, string> => {
    const keys = answers() ? store() : undefined;
    if (keys) return keys;
    throw new ConveneError({
      code: "ConsulUnreachable",
      message: "connect ECONNREFUSED",
      retryable: true,
    });
  };
  const changed = () => {
    for (const watcher of watchers) watcher();
  };
  const inventory = () => parseInventory(kv().get(inventoryKey(site)) ?? "") ?? new Map<string, string>();
  const consul: Consul = {
    ready: async () => void kv(),
    keys: async (prefix) =>
      [...kv()]
        .filter(([key]) => key.startsWith(prefix) && key !== ACL_MARK)
        .map(([key, value]) => ({ key, value, modifyIndex: 1 })),
    inventory: async () => inventory(),
    transact: async (operations) => {
      const keys = kv();
      const after = inventoryAfter(inventory(), operations);
      for (const operation of operations) {
        if (operation.verb === "set") keys.set(operation.key, revealed(operation.value));
        if (operation.verb === "delete") keys.delete(operation.key);
      }
      if (after.size === 0) keys.delete(inventoryKey(site));
      else keys.set(inventoryKey(site), formatInventory(after));
      changed();
    },
    services: async () => {
      kv();
      return [...services.values()];
    },
    register: async (service) => {
      kv();
      const meta = { ...service.meta, [SITE_META]: site, [DIGEST_META]: serviceDigest(service) };
      services.set(service.id, { ...service, meta });
    },
    deregister: async (id) => {
      kv();
      services.delete(id);
    },
    aclReady: async () => kv().has(ACL_MARK),
    setUpAcl: async () => void kv().set(ACL_MARK, "yes"),
    watch: async (_prefix, onChange, signal) => {
      watchers.add(onChange);
      signal.addEventListener("abort", () => void watchers.delete(onChange), { once: true });
    },
  };
  return {
    consul,
    services,
    write: (key, value) => {
      if (value === undefined) store()?.delete(key);
      else store()?.set(key, value);
      changed();
    },
    keys: () => new Map([...(store() ?? [])].filter(([key]) => key !== ACL_MARK)),
  };
}
