/** Writing our keys, compared once more with what is there now. */
import { keySpaces } from "../../consul/key-spaces.ts";
import type { KvOperation } from "../../consul/consul.ts";
import type { Action } from "../../plan/action.ts";
import { diffKeys } from "../../plan/keys.ts";
import { ConveneError } from "../../system/errors.ts";
import type { ApplyContext } from "../apply-context.ts";

/** Between observing and writing somebody may have written: whatever is not ours by now is left alone. */
export async function writeKv(
  action: Extract<Action, { kind: "write-kv" }>,
  context: ApplyContext,
): Promise<void> {
  const { consul } = context;
  await consul.ready(60_000, context.signal);
  const [entries, inventory] = await Promise.all([
    Promise.all(keySpaces(context.site).map((prefix) => consul.keys(prefix))),
    consul.inventory(),
  ]);
  const live = new Map(entries.flat().map(({ key, value }) => [key, value]));
  const puts = diffKeys(action.puts, live, inventory);
  const leaving = new Set([...action.deletes, ...action.releases]);
  const removals = diffKeys([], live, new Map([...inventory].filter(([key]) => leaving.has(key))));
  const operations: KvOperation[] = [
    ...puts.puts.map(({ key, value }): KvOperation => ({ verb: "set", key, value })),
    ...removals.deletes.map((key): KvOperation => ({ verb: "delete", key })),
    ...removals.released.map((key): KvOperation => ({ verb: "release", key })),
  ];
  if (operations.length > 0) await consul.transact(operations);
  const [conflict] = puts.conflicts;
  if (conflict)
    throw new ConveneError({
      code: conflict.reason,
      subject: conflict.subject,
      message: conflict.message,
      hint: conflict.hint,
    });
}
