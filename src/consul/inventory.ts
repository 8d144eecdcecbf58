/**
 * What convene wrote to KV and still answers for: one JSON value, `convene/<site>/inventory`, key → sha256.
 *
 * Decision: one value rather than an entry beside each key. It is one read in the fast path, and each batch of
 * a transaction sets it, by check-and-set, to the truth at the end of that batch; so a crash between two batches
 * leaves exactly what was written, and a second writer is noticed. 500 keys are about 60 KB of Consul's 512 KB.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { revealed } from "../system/secret.ts";
import type { KvOperation } from "./consul.ts";

export type Inventory = ReadonlyMap<string, string>;

const InventoryValue = z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/));

export function inventoryKey(site: string): string {
  return `convene/${site}/inventory`;
}

/** sha256 of a value as the inventory keeps it, hex. */
export function valueHash(value: string): string {
  return createHash("sha256").update(value).digest("hex");
}

/** Undefined when the text is not an inventory. */
export function parseInventory(text: string): Inventory | undefined {
  try {
    const parsed = InventoryValue.safeParse(JSON.parse(text));
    return parsed.success ? new Map(Object.entries(parsed.data)) : undefined;
  } catch {
    return undefined;
  }
}

/** Keys sorted, so that the same inventory is the same text. */
export function formatInventory(inventory: Inventory): string {
  return JSON.stringify(Object.fromEntries([...inventory].toSorted(([a], [b]) => (a < b ? -1 : 1))));
}

/** The inventory after these operations have happened. */
export function inventoryAfter(before: Inventory, operations: readonly KvOperation[]): Inventory {
  const after = new Map(before);
  for (const operation of operations) {
    if (operation.verb === "set") after.set(operation.key, valueHash(revealed(operation.value)));
    else after.delete(operation.key);
  }
  return after;
}
