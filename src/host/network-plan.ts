/** What the two bridges look like in LXD, and what containers may not reach from the site's. */
import { BlockList } from "node:net";
import { accessConfig, containerAccessAcl } from "../lxd/container-access.ts";
import { privateRangesWithout } from "../lxd/private-ranges.ts";
import { ConveneError } from "../system/errors.ts";
import type { NetworkAclSpec, NetworkSpec } from "../lxd/networks.ts";
import { OWNER_KEY } from "./lxd-ownership.ts";

export interface SiteNetworkPlan {
  readonly name: string;
  /** The host's own address with its prefix: `10.10.1.1/24`. */
  readonly ipv4: string;
  readonly ipv6?: string | undefined;
  readonly owner: string;
}

/** Host parts below belong to convene; DHCP gives out the rest, for containers made by hand. */
const FIRST_DHCP_HOST = 100;
const LAST_DHCP_HOST = 254;
const SMALLEST_NETWORK_PREFIX = 24;
const SUBNET_SIZE = 256;

/** Throws `NetworkTooSmall` for a network without room for 254 hosts. */
export function siteNetwork(plan: SiteNetworkPlan): NetworkSpec {
  const subnet = parseIpv4Subnet(plan.ipv4);
  if (subnet.prefix > SMALLEST_NETWORK_PREFIX) {
    throw new ConveneError({
      code: "NetworkTooSmall",
      message: `network ${plan.ipv4} has no room: convene needs a /${SMALLEST_NETWORK_PREFIX} or larger`,
      hint: "write network.ipv4 in config.yaml as an address with /24, such as 10.10.1.1/24",
    });
  }
  const first = formatIpv4(subnet.first + FIRST_DHCP_HOST);
  const last = formatIpv4(subnet.first + LAST_DHCP_HOST);
  return {
    name: plan.name,
    description: "convene: the site's containers",
    config: {
      "ipv4.address": plan.ipv4,
      "ipv4.nat": "true",
      "ipv4.dhcp.ranges": `${first}-${last}`,
      ...(plan.ipv6 === undefined
        ? { "ipv6.address": "none" }
        : { "ipv6.address": plan.ipv6, "ipv6.nat": "true", "ipv6.dhcp.stateful": "true" }),
      ...accessConfig(plan.name),
      [OWNER_KEY]: plan.owner,
    },
  };
}

/** Without access rules: nothing of the site is in a builder, and the package mirror may be a private one. */
export function buildNetwork(name: string, ipv4: string, owner: string): NetworkSpec {
  return {
    name,
    description: "convene: containers that images are built in",
    config: { "ipv4.address": ipv4, "ipv4.nat": "true", "ipv6.address": "none", [OWNER_KEY]: owner },
  };
}

/**
 * The first /24 after the site's network that none of the host's addresses is in: `10.10.2.1/24`. LXD's own choice
 * is no use where the network beyond answers for every address.
 */
export function freeSubnetAfter(site: string, hostAddresses: readonly string[]): string {
  const taken = hostAddresses.filter((address) => !address.includes(":")).map(parseIpv4);
  let first = parseIpv4Subnet(site).last + 1;
  while (taken.some((address) => address >= first && address < first + SUBNET_SIZE)) first += SUBNET_SIZE;
  return `${formatIpv4(first + 1)}/24`;
}

/**
 * No new connections to private ranges or to the host. Of the host's addresses only the public ones are named: the
 * others are in the private ranges, and come and go with the host's other bridges.
 */
export function siteAccessRules(plan: SiteNetworkPlan, hostAddresses: readonly string[]): NetworkAclSpec {
  const networks = plan.ipv6 === undefined ? [plan.ipv4] : [plan.ipv4, plan.ipv6];
  const rules = containerAccessAcl({
    name: plan.name,
    networks,
    hostAddresses: hostAddresses.filter(isPublic).toSorted(),
  });
  return { ...rules, config: { [OWNER_KEY]: plan.owner } };
}

function isPublic(address: string): boolean {
  const blocks = new BlockList();
  for (const block of privateRangesWithout([])) {
    const [network = "", length] = block.split("/");
    blocks.addSubnet(network, Number(length), family(network));
  }
  return !blocks.check(address, family(address));
}

function family(address: string): "ipv4" | "ipv6" {
  return address.includes(":") ? "ipv6" : "ipv4";
}

interface Subnet {
  readonly first: number;
  readonly last: number;
  readonly prefix: number;
}

function parseIpv4Subnet(cidr: string): Subnet {
  const [address = "", prefixText = "32"] = cidr.split("/");
  const prefix = Number(prefixText);
  const size = 2 ** (32 - prefix);
  const first = Math.floor(parseIpv4(address) / size) * size;
  return { first, last: first + size - 1, prefix };
}

function parseIpv4(address: string): number {
  return address.split(".").reduce((number, part) => number * 256 + Number(part), 0);
}

function formatIpv4(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
}
