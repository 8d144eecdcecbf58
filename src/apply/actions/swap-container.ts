/** Old out, replacement in: a row of steps of which each can be found done by a later pass (lxd.md A14). */
import type { DesiredContainer } from "../../model/desired-state.ts";
import { ROLE_KEY } from "../../observe/instance-record.ts";
import { nextName, oldName } from "../../plan/container-names.ts";
import type { ApplyContext } from "../apply-context.ts";
import { startAndWait } from "./container-start.ts";
import { mutableDevices, ownedConfig } from "./create-container.ts";

const STOP_GRACE_MS = 10_000;

/**
 * The outage lasts from the stop to the new one's address. If an older stand-by is still there, the container that
 * goes was never verified and is deleted, so that what stays is always the last verified one.
 */
export async function swapContainer(container: DesiredContainer, context: ApplyContext): Promise<void> {
  const { lxd } = context;
  const [active, next, old] = await Promise.all(
    [container.name, nextName(container.name), oldName(container.name)].map((name) => lxd.instance(name)),
  );
  if (active && next) {
    await lxd.stopInstance(active.name, STOP_GRACE_MS);
    await stripDevices(active.name, context);
    if (old) await lxd.deleteInstance(active.name);
    else await lxd.renameInstance(active.name, oldName(container.name));
  }
  if (next) {
    // LXD renames stopped containers only, and this one might have been started by hand.
    await lxd.stopInstance(next.name, 0);
    await lxd.putInstance(next.name, {
      config: { ...userKeys(next.config), ...ownedConfig(container, "active") },
      devices: mutableDevices(container),
      description: next.description,
    });
    await lxd.renameInstance(next.name, container.name);
  }
  await startAndWait(container, context);
}

/** Address and proxies go to the new one, so the old one may keep only its root disk. */
async function stripDevices(name: string, context: ApplyContext): Promise<void> {
  const current = await context.lxd.instance(name);
  if (!current) return;
  const root = Object.entries(current.devices).filter(([, device]) => device["path"] === "/");
  await context.lxd.putInstance(name, {
    config: { ...plainKeys(current.config), [ROLE_KEY]: "old" },
    devices: Object.fromEntries(root.map(([device, settings]) => [device, { ...settings }])),
    description: current.description,
  });
}

function userKeys(config: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(config).filter(([key]) => key.startsWith("user.")));
}

function plainKeys(config: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(config).filter(([key]) => !/^(volatile|image)\./.test(key)));
}
