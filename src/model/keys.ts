/** The keys this site wants in Consul: its part of the contract (upstream.md rows 18-21) and its own. */
import { CONSUL_TOKEN } from "../manifests/consul-container.ts";
import { type LoadedManifest, manifestsOf } from "../manifests/loaded-manifest.ts";
import type { DesiredKey, Origin } from "./desired-state.ts";
import type { ModelInput } from "./model-input.ts";
import { resolvedContainers } from "./model-input.ts";

/** A name with the port behind it, as HAProxy's contract wants it. */
interface PublishedRoute {
  readonly name: string;
  readonly host: string;
  readonly path: string | undefined;
  readonly tls: boolean;
  readonly origin: Origin;
}

export function desiredKeys(input: ModelInput): readonly DesiredKey[] {
  const keys = [
    ...containerKeys(input),
    ...publishedRoutes(input).flatMap(routeKeys),
    ...certificateKeys(input),
    ...secretKeys(input),
  ];
  return [...new Map(keys.map((key) => [key.key, key])).values()].toSorted((a, b) =>
    a.key.localeCompare(b.key),
  );
}

function containerKeys(input: ModelInput): DesiredKey[] {
  return resolvedContainers(input.components).flatMap(({ component, loaded }) =>
    loaded.manifest.spec.kv.map(({ key, value }) => ({
      key,
      value,
      origin: component.document.locate(["metadata", "name"]),
    })),
  );
}

function publishedRoutes(input: ModelInput): PublishedRoute[] {
  const own = resolvedContainers(input.components).flatMap(({ component, loaded }) =>
    loaded.manifest.spec.routes.map(({ name, host, path }) => ({
      name,
      host,
      path,
      tls: false,
      origin: component.document.locate(["metadata", "name"]),
    })),
  );
  const routes = manifestsOf(input.manifests, "Route").map((loaded) => ({
    name: loaded.manifest.metadata.name,
    host: loaded.manifest.spec.host,
    path: loaded.manifest.spec.path,
    tls: loaded.manifest.spec.backend.tls,
    origin: loaded.locate(["spec"]),
  }));
  return [...own, ...routes];
}

function routeKeys({ name, host, path, tls, origin }: PublishedRoute): DesiredKey[] {
  const below = "service/haproxy";
  return [
    { key: `${below}/acl/${name}/host`, value: host, origin },
    ...(path === undefined ? [] : [{ key: `${below}/acl/${name}/path`, value: path, origin }]),
    { key: `${below}/use-backend/${name}`, value: name, origin },
    { key: `${below}/backends/${tls ? "ssl" : "no-ssl"}/${name}`, value: "", origin },
  ];
}

function certificateKeys(input: ModelInput): DesiredKey[] {
  const email = input.site.manifest.spec.adminEmail;
  const entry = (domain: string, loaded: LoadedManifest, address = email): DesiredKey => ({
    key: `service/certbot/${domain}`,
    value: address,
    origin: loaded.locate(["spec"]),
  });
  return [
    ...resolvedContainers(input.components).flatMap(({ component, loaded }) =>
      loaded.manifest.spec.certificates.map(({ domain }) => entry(domain, component.document)),
    ),
    ...manifestsOf(input.manifests, "Route")
      .filter((loaded) => loaded.manifest.spec.certificate)
      .map((loaded) => entry(loaded.manifest.spec.host, loaded)),
    ...manifestsOf(input.manifests, "Certificate").map((loaded) =>
      entry(loaded.manifest.spec.domain, loaded, loaded.manifest.spec.email),
    ),
  ];
}

/** Read by the agent's token only (design, Consul). */
function secretKeys(input: ModelInput): DesiredKey[] {
  const names = new Set(
    resolvedContainers(input.components).flatMap(({ loaded }) => loaded.manifest.spec.secrets),
  );
  // It is not stored in what it opens.
  names.delete(CONSUL_TOKEN);
  return [...names].map((name) => ({
    key: `convene/${input.site.manifest.metadata.name}/secret/${name}`,
    value: input.secrets.internal(name),
  }));
}
