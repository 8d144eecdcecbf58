/** The site as references and templates name it: `${site.domain}`, `{{ site.network.cidr }}`. */
import { isIPv4, isIPv6 } from "node:net";
import { formatIpv4Network, parseIpv4Network } from "./ipv4.ts";
import type { SiteManifest } from "./schema/site.ts";

export interface SiteScope {
  readonly name: string;
  readonly domain: string;
  readonly adminEmail: string;
  readonly timezone: string;
  /** The first public address of each family; empty when there is none. */
  readonly publicIpv4: string;
  readonly publicIpv6: string;
  readonly publicAddresses: readonly string[];
  readonly listenAddresses: readonly string[];
  readonly listenIpv4: string;
  readonly listenIpv6: string;
  readonly network: {
    /** `10.10.1.0/24`. */
    readonly cidr: string;
    /** The host's own address in it: `10.10.1.1`. */
    readonly gateway: string;
  };
}

export function siteScope(site: SiteManifest): SiteScope {
  const { spec } = site;
  return {
    name: site.metadata.name,
    domain: spec.domain,
    adminEmail: spec.adminEmail,
    timezone: spec.timezone,
    publicIpv4: spec.addresses.public.find((address) => isIPv4(address)) ?? "",
    publicIpv6: spec.addresses.public.find((address) => isIPv6(address)) ?? "",
    publicAddresses: spec.addresses.public,
    listenAddresses: spec.addresses.listen,
    listenIpv4: spec.addresses.listen.find((address) => isIPv4(address)) ?? "",
    listenIpv6: spec.addresses.listen.find((address) => isIPv6(address)) ?? "",
    network: {
      cidr: formatIpv4Network(parseIpv4Network(spec.network.ipv4)),
      gateway: spec.network.ipv4.split("/")[0] ?? "",
    },
  };
}
