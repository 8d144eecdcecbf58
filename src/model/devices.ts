/** A container's LXD devices: a closed list of root disk, one nic, own volumes and nat proxies to itself. */
import { isIPv4 } from "node:net";
import type { ContainerManifest } from "../manifests/schema/container.ts";
import { formatPortRange } from "../manifests/schema/quantities.ts";
import type { ContainerAddress } from "./addresses.ts";
import { hardwareAddress } from "./addresses.ts";

export interface DeviceOptions {
  readonly site: string;
  readonly pool: string;
  readonly network: string;
  readonly listen: readonly string[];
}

export type Devices = Record<string, Record<string, string>>;

export function containerDevices(
  container: ContainerManifest,
  address: ContainerAddress,
  options: DeviceOptions,
): Devices {
  const { name } = container.metadata;
  return {
    root: { type: "disk", path: "/", pool: options.pool },
    eth0: {
      type: "nic",
      name: "eth0",
      network: options.network,
      hwaddr: hardwareAddress(options.site, name),
      "ipv4.address": address.ipv4,
      ...(address.ipv6 === undefined ? {} : { "ipv6.address": address.ipv6 }),
    },
    ...volumeDevices(container, options.pool),
    ...proxyDevices(container, address, options.listen),
  };
}

function volumeDevices(container: ContainerManifest, pool: string): Devices {
  return Object.fromEntries(
    container.spec.volumes.map((volume) => [
      `volume-${volume.name}`,
      {
        type: "disk",
        pool,
        source: volume.name,
        path: volume.path,
        ...(volume.readOnly ? { readonly: "true" } : {}),
      },
    ]),
  );
}

/** nat needs a concrete listen address and the container's own static one, of the same family (lxd.md A10). */
function proxyDevices(
  container: ContainerManifest,
  address: ContainerAddress,
  listen: readonly string[],
): Devices {
  const devices: Devices = {};
  for (const { protocol, port, plus } of container.spec.publicPorts) {
    const range = formatPortRange({ first: port.first + plus, last: port.last + plus });
    for (const [index, from] of listen.entries()) {
      const to = isIPv4(from) ? address.ipv4 : address.ipv6;
      if (to === undefined) continue;
      devices[`public-${protocol}-${range}-${index + 1}`] = {
        type: "proxy",
        bind: "host",
        nat: "true",
        listen: `${protocol}:${bracketed(from)}:${range}`,
        connect: `${protocol}:${bracketed(to)}:${range}`,
      };
    }
  }
  return devices;
}

function bracketed(address: string): string {
  return isIPv4(address) ? address : `[${address}]`;
}
