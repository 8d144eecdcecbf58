/** Creating a container: as itself, or beside the running one as its replacement. */
import type { DesiredContainer } from "../../model/desired-state.ts";
import { specDigest } from "../../model/spec-digest.ts";
import {
  ACCOUNTS_KEY,
  CONFERENCES_KEY,
  IMAGE_KEY,
  OWNER_KEY,
  OWNER_VALUE,
  ROLE_KEY,
  SPEC_KEY,
} from "../../observe/instance-record.ts";
import { nextName } from "../../plan/container-names.ts";
import { ConveneError } from "../../system/errors.ts";
import type { ApplyContext } from "../apply-context.ts";
import { startAndWait, waitForBoot } from "./container-start.ts";

const STOP_GRACE_MS = 5_000;

/** The config a container of ours carries in a role; files and accounts are recorded when they are done. */
export function ownedConfig(container: DesiredContainer, role: "active" | "next"): Record<string, string> {
  return {
    ...container.config,
    [OWNER_KEY]: OWNER_VALUE,
    [IMAGE_KEY]: container.imageAlias,
    [ROLE_KEY]: role,
    [SPEC_KEY]: specDigest(container.config, container.devices),
    ...(container.conferences ? { [CONFERENCES_KEY]: container.conferences.url } : {}),
  };
}

/** What a stand-by may have while the active one runs: the same address or proxies would be refused (lxd.md A9). */
function standbyDevices(container: DesiredContainer): Record<string, Record<string, string>> {
  const kept = Object.entries(container.devices).filter(
    ([, device]) => device["type"] === "nic" || device["path"] === "/",
  );
  return Object.fromEntries(
    kept.map(([name, device]) => [
      name,
      Object.fromEntries(
        Object.entries(device).filter(([key]) => !["ipv4.address", "ipv6.address", "hwaddr"].includes(key)),
      ),
    ]),
  );
}

export async function createContainer(
  container: DesiredContainer,
  as: "active" | "next",
  context: ApplyContext,
): Promise<void> {
  const image = (await context.lxd.images()).find((one) =>
    one.aliases.some((alias) => alias.name === container.imageAlias),
  );
  if (!image) {
    throw new ConveneError({
      code: "ImageMissing",
      subject: `container/${container.name}`,
      message: `the image ${container.imageAlias} does not exist`,
      hint: "the next pass builds it",
      retryable: true,
    });
  }
  const name = as === "active" ? container.name : nextName(container.name);
  const config = ownedConfig(container, as);
  if (as === "next") {
    // Written once it is proven: what a kill leaves before is made anew, never swapped in.
    delete config[IMAGE_KEY];
    const accounts = (await context.lxd.instance(container.name))?.config[ACCOUNTS_KEY];
    if (accounts !== undefined) config[ACCOUNTS_KEY] = accounts;
  }
  await context.lxd.createInstance({
    name,
    description: `convene: ${container.component} of ${context.site}`,
    image: image.fingerprint,
    config,
    devices: as === "active" ? mutableDevices(container) : standbyDevices(container),
  });
  if (as === "active") return startAndWait(container, context);
  await proveItStarts(name, context);
  await context.lxd.patchInstance(name, { config: { [IMAGE_KEY]: container.imageAlias } });
}

/** No running container is stopped for one that cannot start. */
async function proveItStarts(name: string, context: ApplyContext): Promise<void> {
  await context.lxd.startInstance(name);
  await waitForBoot(name, context);
  await context.lxd.stopInstance(name, STOP_GRACE_MS);
}

export function mutableDevices(container: DesiredContainer): Record<string, Record<string, string>> {
  return Object.fromEntries(Object.entries(container.devices).map(([name, device]) => [name, { ...device }]));
}
