/** Which container runs the site's own Consul, and who waits for it. */
import { type LoadedManifest, manifestsOf } from "./loaded-manifest.ts";
import type { ContainerManifest } from "./schema/container.ts";

/** The agent's own token to Consul; the container that lists it is the one that runs Consul. */
export const CONSUL_TOKEN = "consul-management-token";

/** Undefined when the Site names an existing Consul, or there is none. */
export function consulContainer(manifests: readonly LoadedManifest[]): string | undefined {
  const [site] = manifestsOf(manifests, "Site");
  if (site?.manifest.spec.consul) return undefined;
  return manifestsOf(manifests, "Container").find(({ manifest }) =>
    manifest.spec.secrets.includes(CONSUL_TOKEN),
  )?.manifest.metadata.name;
}

/** The containers that must be ready before this one: those it names, and its Consul. */
export function dependenciesOf({ metadata, spec }: ContainerManifest, consul: string | undefined): string[] {
  const first = spec.needsConsul && consul !== undefined && consul !== metadata.name ? [consul] : [];
  return [...new Set([...first, ...spec.dependsOn])];
}
