/** What a sweep would see in every running container just now. */
import { LXD_STATUS } from "../../src/lxd/status-codes.ts";
import type { DesiredState } from "../../src/model/desired-state.ts";
import type { ContainerSweep } from "../../src/observe/actual-state.ts";
import { actualContainer } from "../../src/observe/observe-lxd.ts";
import { sweepContainer } from "../../src/observe/sweep.ts";
import type { FakeHost } from "./fake-host.ts";

export async function sweepAll(
  { inside }: FakeHost,
  desired: DesiredState,
): Promise<ReadonlyMap<string, ContainerSweep>> {
  const sweeps = new Map<string, ContainerSweep>();
  for (const instance of await inside.lxd.instances()) {
    const container = desired.containers.find((one) => one.name === instance.name);
    if (!container || instance.status_code !== LXD_STATUS.running) continue;
    const { record } = actualContainer(instance, undefined);
    const withAccounts = desired.accounts.some((account) => account.container === container.name);
    const signal = new AbortController().signal;
    sweeps.set(container.name, await sweepContainer(inside.lxd, container, record, withAccounts, signal));
  }
  return sweeps;
}
