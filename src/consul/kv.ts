/** The inventory, and writing keys in transactions that carry their own. */
import type { Logger } from "../system/logger.ts";
import { revealed } from "../system/secret.ts";
import { batches } from "./batches.ts";
import type { ConsulClient } from "./client.ts";
import type { KvOperation } from "./consul.ts";
import { formatInventory, inventoryKey, parseInventory, type Inventory } from "./inventory.ts";
import { KvSingle, TransactionResult } from "./schema.ts";

export interface StoredInventory {
  readonly inventory: Inventory;
  /** For check-and-set; 0 when there is none yet. */
  readonly index: number;
}

/** An unreadable inventory counts as empty, the safe side: what is not inventoried is never deleted. */
export async function readInventory(
  client: ConsulClient,
  site: string,
  logger: Logger,
): Promise<StoredInventory> {
  const key = inventoryKey(site);
  const answer = KvSingle.parse(await client.call(`read ${key}`, (api) => api.kv.get(key)));
  if (!answer) return { inventory: new Map(), index: 0 };
  const inventory = parseInventory(answer.Value ?? "");
  if (!inventory) logger.warn("the inventory in KV is unreadable and counts as empty", { key });
  return { inventory: inventory ?? new Map(), index: answer.ModifyIndex };
}

/** Writes batch after batch; each is all or nothing and ends with the inventory that is then true. */
export async function transact(
  client: ConsulClient,
  site: string,
  operations: readonly KvOperation[],
  logger: Logger,
): Promise<void> {
  if (operations.length === 0) return;
  const stored = await readInventory(client, site, logger);
  let index = stored.index;
  for (const batch of batches(stored.inventory, operations)) {
    const body = [
      ...batch.operations.flatMap(wireOperations),
      inventoryOperation(site, batch.inventory, index),
    ];
    const doing = `write ${batch.operations.length} keys`;
    const answer = TransactionResult.parse(
      await client.call(doing, (api) => api.transaction.create(body, { operations: body })),
    );
    index = answer.Results?.find((one) => one.KV?.Key === inventoryKey(site))?.KV?.ModifyIndex ?? 0;
  }
}

/** `verb` and `key` please the package's types, which know another form; what is sent is `{KV: …}` alone. */
interface WireOperation {
  readonly verb: string;
  readonly key: string;
  toJSON(): object;
}

function wire(verb: string, key: string, rest: { Value?: string; Index?: number }): WireOperation {
  return { verb, key, toJSON: () => ({ KV: { Verb: verb, Key: key, ...rest } }) };
}

function wireOperations(operation: KvOperation): readonly WireOperation[] {
  if (operation.verb === "release") return [];
  if (operation.verb === "delete") return [wire("delete", operation.key, {})];
  return [wire("set", operation.key, { Value: base64(revealed(operation.value)) })];
}

/** An empty inventory goes away with the last key; `index` 0 means that there must be none yet. */
function inventoryOperation(site: string, inventory: Inventory, index: number): WireOperation {
  const key = inventoryKey(site);
  if (inventory.size === 0 && index > 0) return wire("delete-cas", key, { Index: index });
  return wire("cas", key, { Index: index, Value: base64(formatInventory(inventory)) });
}

function base64(value: string): string {
  return Buffer.from(value).toString("base64");
}
