/** Cutting a list of KV operations into transactions that Consul accepts. */
import { ConveneError } from "../system/errors.ts";
import { revealed } from "../system/secret.ts";
import type { KvOperation } from "./consul.ts";
import { formatInventory, inventoryAfter, type Inventory } from "./inventory.ts";

export interface Batch {
  readonly operations: readonly KvOperation[];
  /** The inventory as it is once this batch is in. */
  readonly inventory: Inventory;
}

/** 64 operations a transaction, one of them the inventory's (https://developer.hashicorp.com/consul/api-docs/txn). */
const OPERATIONS = 63;
/** Consul refuses a request above `limits.txn_max_req_len`, 512 KiB; values travel in base64. */
const REQUEST_BYTES = 480 * 1024;
const OVERHEAD_BYTES = 80;

/** Batches in the order of the operations. Throws `ConsulError` when one operation alone is too large. */
export function batches(before: Inventory, operations: readonly KvOperation[]): readonly Batch[] {
  const room = REQUEST_BYTES - encodedBytes(formatInventory(inventoryAfter(before, operations)));
  const result: Batch[] = [];
  let inventory = before;
  let current: KvOperation[] = [];
  let bytes = 0;
  function close(): void {
    if (current.length === 0) return;
    inventory = inventoryAfter(inventory, current);
    result.push({ operations: current, inventory });
    current = [];
    bytes = 0;
  }
  for (const operation of operations) {
    const size = operationBytes(operation);
    if (size > room) throw tooLarge(operation.key, size);
    if (current.length === OPERATIONS || bytes + size > room) close();
    current.push(operation);
    bytes += size;
  }
  close();
  return result;
}

function operationBytes(operation: KvOperation): number {
  const value = operation.verb === "set" ? encodedBytes(revealed(operation.value)) : 0;
  return Buffer.byteLength(operation.key) + value + OVERHEAD_BYTES;
}

function encodedBytes(value: string): number {
  return Math.ceil(Buffer.byteLength(value) / 3) * 4;
}

function tooLarge(key: string, bytes: number): ConveneError {
  return new ConveneError({
    code: "ConsulError",
    message: `the value of ${key} is too large for a Consul transaction: ${bytes} bytes, encoded and beside the inventory`,
    hint: "Consul takes 512 KB in one request; keep large content in files",
    subject: `kv ${key}`,
  });
}
