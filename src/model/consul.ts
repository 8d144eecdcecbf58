/** Where the site's Consul answers: an existing one the Site names, or the container of the catalogue. */
import type { LoadedManifest } from "../manifests/loaded-manifest.ts";
import type { SiteManifest } from "../manifests/schema/site.ts";
import { addressOf } from "./addresses.ts";
import type { DesiredConsul } from "./desired-state.ts";
import { CONSUL_TOKEN } from "./keys.ts";
import { type ResolvedComponent, resolvedContainers } from "./model-input.ts";

const HTTP_PORT = 8500;

/** The container whose secrets hold the agent's own token is the one that runs Consul. */
export function desiredConsul(
  site: LoadedManifest<SiteManifest> | undefined,
  components: readonly ResolvedComponent[],
): DesiredConsul {
  const existing = site?.manifest.spec.consul;
  if (existing) {
    const url = new URL(existing.url);
    return { address: url.hostname, port: Number(url.port || (url.protocol === "https:" ? 443 : 80)) };
  }
  const own = resolvedContainers(components).find(({ loaded }) =>
    loaded.manifest.spec.secrets.includes(CONSUL_TOKEN),
  );
  if (!site || !own) return { address: "127.0.0.1", port: HTTP_PORT };
  const { manifest } = own.loaded;
  return {
    address: addressOf(site.manifest, manifest).ipv4,
    port: HTTP_PORT,
    container: manifest.metadata.name,
  };
}
