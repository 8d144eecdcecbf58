/** Where containers ask an existing Consul for services by DNS, and whether they can reach it there. */
import { BlockList, isIP } from "node:net";
import { privateRangesWithout } from "../lxd/private-ranges.ts";
import { CONSUL_DNS_PORT, type SiteManifest } from "./schema/site.ts";

export interface ConsulDns {
  readonly address: string;
  readonly port: number;
}

const DNS_PORT = 53;

/** The host part of a Consul's URL, IPv6 without its brackets. */
export function consulHost(url: string): string {
  return new URL(url).hostname.replace(/^\[(.*)\]$/u, "$1");
}

/** What the Site says, or the address its URL has; undefined when that is a name, which no resolver can be. */
export function existingConsulDns({ spec }: SiteManifest): ConsulDns | undefined {
  if (spec.consul === undefined) return undefined;
  if (spec.consul.dns) return spec.consul.dns;
  const address = consulHost(spec.consul.url);
  return isIP(address) === 0 ? undefined : { address, port: CONSUL_DNS_PORT };
}

/** Why no container gets there, as the end of a sentence; undefined when one does (lxd/container-access.ts). */
export function whyOutOfReach({ address, port }: ConsulDns, { spec }: SiteManifest): string | undefined {
  const gateway = [spec.network.ipv4, spec.network.ipv6 ?? ""].map((network) => network.split("/")[0]);
  if (gateway.includes(address)) {
    return port === DNS_PORT ? undefined : "is this host, of which containers reach port 53 only";
  }
  if (blockOf(["127.0.0.0/8", "::1/128"], address)) {
    return "is the loopback of each machine: in a container it is that container";
  }
  const ofHost = [...spec.addresses.public, ...spec.addresses.listen];
  if (ofHost.includes(address))
    return "is this host, of which containers reach port 53 of their own network only";
  const networks = [spec.network.ipv4, ...(spec.network.ipv6 === undefined ? [] : [spec.network.ipv6])];
  return blockOf(privateRangesWithout(networks), address)
    ? `is private and outside of the containers' network ${networks.join(", ")}, where they may not connect`
    : undefined;
}

function blockOf(ranges: readonly string[], address: string): boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const [first = "", length = ""] = range.split("/");
    list.addSubnet(first, Number(length), first.includes(":") ? "ipv6" : "ipv4");
  }
  return list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}
