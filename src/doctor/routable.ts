/** Which IP addresses are hosts on the internet; everything else is somebody's own network, or nobody's. */
import { BlockList, isIP } from "node:net";

/**
 * Why an address is no host on the internet, in a word or two (`private`, `loopback`, `multicast`); undefined when
 * it is one. After IANA's special-purpose registries for IPv4 and IPv6 (RFC 6890), stricter where an entry is
 * globally reachable but serves a protocol and never a web server or relay. Addresses that carry an IPv4 address
 * (mapped, NAT64, 6to4) are judged by it, because that is who is reached in the end.
 */
export function unroutable(address: string): string | undefined {
  const family = isIP(address);
  if (family === 0 || address.includes("%")) return "no address of the internet";
  if (family === 4) return special(address, "ipv4");
  const groups = expand(address);
  const carried = carriedIpv4(groups);
  if (carried !== undefined) return special(carried, "ipv4");
  return special(address, "ipv6") ?? (isGlobalUnicast(groups) ? undefined : "not allocated");
}

/** Whether it is an address of somebody's own network, and of no use to who is not in it. */
export function isInside(address: string): boolean {
  return INSIDE.includes(unroutable(address));
}

const INSIDE: readonly unknown[] = ["private", "loopback", "link-local", "shared by a carrier's NAT"];

/** One spelling for all that an IP address can be written in; what carries an IPv4 address is that address. */
export function canonicalAddress(address: string): string {
  if (isIP(address) !== 6 || address.includes("%")) return address;
  const groups = expand(address);
  return carriedIpv4(groups) ?? groups.map((group) => group.toString(16)).join(":");
}

/** Prefix, and what it is for. */
type Entry = readonly [prefix: string, what: string];

const IPV4: readonly Entry[] = [
  ["0.0.0.0/8", "this network"],
  ["10.0.0.0/8", "private"],
  ["100.64.0.0/10", "shared by a carrier's NAT"],
  ["127.0.0.0/8", "loopback"],
  ["169.254.0.0/16", "link-local"],
  ["172.16.0.0/12", "private"],
  ["192.0.0.0/24", "for protocols"],
  ["192.0.2.0/24", "for documentation"],
  ["192.31.196.0/24", "for protocols"],
  ["192.52.193.0/24", "for protocols"],
  ["192.88.99.0/24", "for protocols"],
  ["192.168.0.0/16", "private"],
  ["192.175.48.0/24", "for protocols"],
  ["198.18.0.0/15", "for benchmarks"],
  ["198.51.100.0/24", "for documentation"],
  ["203.0.113.0/24", "for documentation"],
  ["224.0.0.0/4", "multicast"],
  ["240.0.0.0/4", "reserved"],
];

const IPV6: readonly Entry[] = [
  ["::/128", "this host"],
  ["::1/128", "loopback"],
  ["64:ff9b:1::/48", "a local translation"],
  ["100::/64", "discarded"],
  ["100:0:0:1::/64", "discarded"],
  ["2001::/23", "for protocols"],
  ["2001:db8::/32", "for documentation"],
  ["2620:4f:8000::/48", "for protocols"],
  ["3fff::/20", "for documentation"],
  ["5f00::/16", "for protocols"],
  ["fc00::/7", "private"],
  ["fe80::/10", "link-local"],
  ["fec0::/10", "private"],
  ["ff00::/8", "multicast"],
];

function special(address: string, family: "ipv4" | "ipv6"): string | undefined {
  return (family === "ipv4" ? IPV4 : IPV6).find(([prefix]) => contains(prefix, address, family))?.[1];
}

function contains(prefix: string, address: string, family: "ipv4" | "ipv6"): boolean {
  const [network = "", length = ""] = prefix.split("/");
  const list = new BlockList();
  list.addSubnet(network, Number(length), family);
  return list.check(address, family);
}

/** Of IPv6 only 2000::/3 is given out (IANA, IPv6 address space). */
function isGlobalUnicast(groups: readonly number[]): boolean {
  return ((groups[0] ?? 0) & 0xe000) === 0x2000;
}

/** ::ffff:0:0/96 (RFC 4291), 64:ff9b::/96 (RFC 6052) and 2002::/16 (RFC 3056). */
function carriedIpv4(groups: readonly number[]): string | undefined {
  const head = groups
    .slice(0, 6)
    .map((group) => group.toString(16))
    .join(":");
  if (head === "0:0:0:0:0:ffff" || head === "64:ff9b:0:0:0:0") return dotted(groups[6], groups[7]);
  return groups[0] === 0x2002 ? dotted(groups[1], groups[2]) : undefined;
}

function dotted(high = 0, low = 0): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

/** The eight groups of a valid IPv6 address, also of one that ends in dotted decimal. */
function expand(address: string): readonly number[] {
  const [front = [], back = []] = address.split("::").map(groupsOf);
  const gap = Array.from({ length: 8 - front.length - back.length }, () => 0);
  return [...front, ...gap, ...back];
}

function groupsOf(text: string): readonly number[] {
  if (text === "") return [];
  return text.split(":").flatMap((part) => {
    if (!part.includes(".")) return [Number.parseInt(part, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = part.split(".").map(Number);
    return [(a << 8) | b, (c << 8) | d];
  });
}
