/** Stopping and deleting an instance that may be there or not. */
import type { Lxd } from "../../lxd/lxd.ts";

/** `graceMs` 0 is a kill, for what holds nothing worth a clean end. */
export async function removeContainer(lxd: Lxd, name: string, graceMs: number): Promise<void> {
  if ((await lxd.instance(name)) === undefined) return;
  await lxd.stopInstance(name, graceMs);
  await lxd.deleteInstance(name);
}
