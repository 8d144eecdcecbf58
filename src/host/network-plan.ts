/** What the two bridges look like in LXD, and what containers may not reach from the site's. */
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

/** RFC 1918, RFC 6598 (carrier-grade NAT) and RFC 3927 (link local) as first and last address. */
const PRIVATE_RANGES: readonly (readonly [string, string])[] = [
  ["10.0.0.0", "10.255.255.255"],
  ["100.64.0.0", "100.127.255.255"],
  ["169.254.0.0", "169.254.255.255"],
  ["172.16.0.0", "172.31.255.255"],
  ["192.168.0.0", "192.168.255.255"],
];
const PRIVATE_IPV6 = ["fc00::/7", "fe80::/10"] as const;
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
      "security.acls": plan.name,
      "security.acls.default.egress.action": "allow",
      "security.acls.default.ingress.action": "allow",
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
 * No new connections to private ranges or to the host itself; the network's own DNS and DHCP are let through by
 * LXD before any rule, and so are answers (doc/howto/network_acls.md). The site's own subnet stays open: a relay
 * that calls another through the public address comes back to it after address translation.
 */
export function siteAccessRules(plan: SiteNetworkPlan, hostAddresses: readonly string[]): NetworkAclSpec {
  const own = parseIpv4Subnet(plan.ipv4);
  const gateway = plan.ipv4.replace(/\/\d+$/, "");
  const publicHost = hostAddresses.filter((address) => !isPrivate(address)).toSorted();
  const hostIpv4 = [gateway, ...publicHost.filter((address) => !address.includes(":"))];
  const hostIpv6 = publicHost.filter((address) => address.includes(":"));
  return {
    name: plan.name,
    description: "convene: no new connections from containers to the host or to private networks",
    egress: [
      drop(
        PRIVATE_RANGES.flatMap((range) => without(range, own)),
        "private networks",
      ),
      drop(hostIpv4, "the host"),
      drop([...PRIVATE_IPV6, ...hostIpv6], "private networks and the host, IPv6"),
    ],
    ingress: [],
    config: { [OWNER_KEY]: plan.owner },
  };
}

function drop(destination: readonly string[], description: string): NetworkAclSpec["egress"][number] {
  return { action: "drop", state: "enabled", destination: destination.join(","), description };
}

interface Subnet {
  readonly first: number;
  readonly last: number;
  readonly prefix: number;
}

/** The range without the subnet inside it, as LXD writes ranges: `10.0.0.0-10.10.0.255`. */
function without([first, last]: readonly [string, string], hole: Subnet): readonly string[] {
  const [from, to] = [parseIpv4(first), parseIpv4(last)];
  if (hole.first < from || hole.last > to) return [`${first}-${last}`];
  return [
    ...(hole.first > from ? [`${first}-${formatIpv4(hole.first - 1)}`] : []),
    ...(hole.last < to ? [`${formatIpv4(hole.last + 1)}-${last}`] : []),
  ];
}

function isPrivate(address: string): boolean {
  if (address.includes(":")) return /^(?:f[cd]|fe[89ab])/i.test(address);
  const number = parseIpv4(address);
  return PRIVATE_RANGES.some(([first, last]) => number >= parseIpv4(first) && number <= parseIpv4(last));
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
