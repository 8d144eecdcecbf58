/** LXD's collections as actual state: one request each. */
import type { Lxd } from "../lxd/lxd.ts";
import type { LxdImage, LxdInstance, LxdVolume } from "../lxd/schema.ts";
import type { ActualContainer, ActualImage, ActualVolume, ContainerSweep } from "./actual-state.ts";
import { OWNER_VALUE, isOwned, readRecord } from "./instance-record.ts";

const NOT_OURS_TO_COMPARE = /^(volatile\.|image\.|user\.)/;

export interface ObservedLxd {
  readonly images: readonly ActualImage[];
  readonly volumes: readonly ActualVolume[];
  readonly containers: readonly ActualContainer[];
}

/**
 * Reads instances, images and volumes. The project's existence is asked first, because LXD answers a list for an
 * unknown project with an empty one (lxd.md A1), which would look like everything being gone.
 */
export async function observeLxd(
  lxd: Lxd,
  pools: readonly string[],
  sweeps: ReadonlyMap<string, ContainerSweep>,
): Promise<ObservedLxd> {
  await lxd.server();
  const [instances, images, ...volumes] = await Promise.all([
    lxd.instances(),
    lxd.images(),
    ...pools.map(async (pool) => (await lxd.volumes(pool)).map((volume) => actualVolume(pool, volume))),
  ]);
  return {
    images: images.flatMap(actualImages),
    volumes: volumes.flat(),
    containers: instances.map((instance) => actualContainer(instance, sweeps.get(instance.name))),
  };
}

function actualImages(image: LxdImage): ActualImage[] {
  const owned = image.properties["convene.owner"] === OWNER_VALUE;
  return image.aliases.map((alias) => ({ alias: alias.name, fingerprint: image.fingerprint, owned }));
}

function actualVolume(pool: string, volume: LxdVolume): ActualVolume {
  return {
    name: volume.name,
    pool,
    config: withoutKeys(volume.config),
    owned: isOwned(volume.config),
    usedBy: volume.used_by,
  };
}

/** One instance; `user.*` and `volatile.*` are not compared, the record is read apart. */
export function actualContainer(instance: LxdInstance, sweep: ContainerSweep | undefined): ActualContainer {
  return {
    name: instance.name,
    owned: isOwned(instance.config),
    statusCode: instance.status_code,
    description: instance.description,
    config: withoutKeys(instance.config),
    devices: instance.devices,
    baseImage: instance.config["volatile.base_image"] ?? "",
    neverStarted: instance.config["volatile.apply_template"] === "create",
    record: readRecord(instance.config),
    ...(sweep ? { sweep } : {}),
  };
}

function withoutKeys(config: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(config).filter(([key]) => !NOT_OURS_TO_COMPARE.test(key)));
}
