/** Where the site's Consul answers: an existing one the Site names, or the container of the catalogue. */
import { CONSUL_TOKEN } from "../manifests/consul-container.ts";
import { consulHost, existingConsulDns } from "../manifests/consul-dns.ts";
import type { LoadedManifest } from "../manifests/loaded-manifest.ts";
import { CONSUL_DNS_PORT, type SiteManifest } from "../manifests/schema/site.ts";
import { addressOf } from "./addresses.ts";
import type { DesiredConsul } from "./desired-state.ts";
import { type ResolvedComponent, type ResolvedContainer, resolvedContainers } from "./model-input.ts";

const HTTP_PORT = 8500;
const DEFAULT_DOMAIN = "consul";

/** The container whose secrets hold the agent's own token is the one that runs Consul. */
export function desiredConsul(
  site: LoadedManifest<SiteManifest> | undefined,
  components: readonly ResolvedComponent[],
): DesiredConsul {
  const existing = site?.manifest.spec.consul;
  if (existing) {
    const url = new URL(existing.url);
    const secure = url.protocol === "https:";
    return {
      address: consulHost(existing.url),
      port: Number(url.port || (secure ? 443 : 80)),
      ...(secure ? { tls: existing.ca === undefined ? {} : { ca: existing.ca } } : {}),
      ...(existing.token ? { tokenSecret: existing.token.secretRef } : {}),
    };
  }
  const own = ownConsul(components);
  if (!site || !own) return { address: "127.0.0.1", port: HTTP_PORT };
  const { manifest } = own.loaded;
  return {
    address: addressOf(site.manifest, manifest).ipv4,
    port: HTTP_PORT,
    container: manifest.metadata.name,
  };
}

/** What templates of containers with `needsConsul` see: where services are asked for by DNS, of either kind. */
export interface ConsulView {
  /** IP address and port, as HAProxy writes them: `10.10.1.5:8600`. Absent when no container can ask. */
  readonly dns?: string;
  readonly domain: string;
}

export function consulView(
  site: LoadedManifest<SiteManifest>,
  components: readonly ResolvedComponent[],
): ConsulView {
  const existing = site.manifest.spec.consul;
  if (existing) {
    const dns = existingConsulDns(site.manifest);
    return { domain: existing.domain, ...(dns ? { dns: endpoint(dns.address, dns.port) } : {}) };
  }
  const own = ownConsul(components);
  if (!own) return { domain: DEFAULT_DOMAIN };
  const { domain } = own.component.parameters;
  return {
    dns: endpoint(addressOf(site.manifest, own.loaded.manifest).ipv4, CONSUL_DNS_PORT),
    domain: typeof domain === "string" ? domain : DEFAULT_DOMAIN,
  };
}

function endpoint(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

function ownConsul(components: readonly ResolvedComponent[]): ResolvedContainer | undefined {
  return resolvedContainers(components).find(({ loaded }) =>
    loaded.manifest.spec.secrets.includes(CONSUL_TOKEN),
  );
}
