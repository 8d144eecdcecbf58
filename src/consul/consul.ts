/** The one door to Consul, as the rest of convene sees it. */
import type { Secret } from "../system/secret.ts";

export interface KvEntry {
  readonly key: string;
  readonly value: string;
  readonly modifyIndex: number;
}

/** One operation of a transaction (https://developer.hashicorp.com/consul/api-docs/txn: at most 64 at once). */
export type KvOperation =
  | { readonly verb: "set"; readonly key: string; readonly value: string | Secret }
  | { readonly verb: "delete"; readonly key: string }
  /** Gives the key up: it stays as it is and leaves the inventory. */
  | { readonly verb: "release"; readonly key: string };

export interface ServiceDefinition {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly tags: readonly string[];
  readonly meta: Readonly<Record<string, string>>;
  readonly check?:
    | { readonly kind: "tcp"; readonly address: string; readonly intervalSeconds: number }
    | { readonly kind: "http"; readonly url: string; readonly intervalSeconds: number };
}

/**
 * Every method throws ConveneError: `ConsulUnreachable` (retryable), `ConsulNotReady` (no leader or rights yet,
 * retryable), `ConsulError`.
 */
export interface Consul {
  /** Resolves when a leader is elected, at most `timeoutMs` later. */
  ready(timeoutMs: number, signal?: AbortSignal): Promise<void>;
  /** All keys below a prefix ("" for everything). */
  keys(prefix: string): Promise<readonly KvEntry[]>;
  /** Key → sha256 of what convene wrote there last and has not deleted since. */
  inventory(): Promise<ReadonlyMap<string, string>>;
  /**
   * Writes in the given order, in batches of at most 64 of which each is all or nothing and carries its own inventory
   * update. `ConsulConflict` (retryable) when something else wrote the inventory meanwhile.
   */
  transact(operations: readonly KvOperation[]): Promise<void>;
  services(): Promise<readonly ServiceDefinition[]>;
  register(service: ServiceDefinition): Promise<void>;
  deregister(id: string): Promise<void>;
  /** Whether the anonymous policy is as `setUpAcl` leaves it. */
  aclReady(): Promise<boolean>;
  /** Default deny stays; anonymous reads `service/haproxy|coturn|certbot/` and services (design, Consul). Idempotent. */
  setUpAcl(): Promise<void>;
  /** Blocking queries on a prefix; calls back on every change of its index until the signal aborts. */
  watch(prefix: string, onChange: () => void, signal: AbortSignal): Promise<void>;
}
