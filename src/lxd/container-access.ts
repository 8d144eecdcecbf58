/** What containers may reach: the internet and each other, but nothing private and nothing on the host itself. */
import type { NetworkAclSpec } from "./networks.ts";
import { privateRangesWithout } from "./private-ranges.ts";

export interface ContainerAccess {
  /** Name of the access list. */
  readonly name: string;
  /** The containers' networks as `address/length`: `10.10.1.1/24`. */
  readonly networks: readonly string[];
  /** Every address of the host (`LxdAdministration.hostAddresses`); the networks' gateways are added. */
  readonly hostAddresses: readonly string[];
}

/** Network config that puts the list on a bridge. Without the defaults LXD rejects what no rule names. */
export function accessConfig(name: string): Readonly<Record<string, string>> {
  return {
    "security.acls": name,
    "security.acls.default.egress.action": "allow",
    "security.acls.default.ingress.action": "allow",
  };
}

/**
 * Rules for new connections from containers. LXD lets answers, DNS and DHCP pass before them
 * (doc/howto/network_acls.md, "Bridge limitations"), and they act behind the address translation: what a nat proxy
 * sends to a container is not seen as going to the host.
 */
export function containerAccessAcl(access: ContainerAccess): NetworkAclSpec {
  const gateways = access.networks.map((network) => network.replace(/[/].*$/, ""));
  const host = new Set([...gateways, ...access.hostAddresses]);
  return {
    name: access.name,
    description: "convene: containers reach nothing private and no port of the host",
    ingress: [],
    egress: [
      {
        action: "reject",
        state: "enabled",
        destination: privateRangesWithout(access.networks).join(","),
        description: "private networks",
      },
      {
        action: "reject",
        state: "enabled",
        destination: [...host].map((address) => `${address}/${address.includes(":") ? 128 : 32}`).join(","),
        description: "the host itself",
      },
    ],
  };
}
