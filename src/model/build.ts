/** Manifests, catalogue, secrets and foreign keys in; one desired state out. */
import { dependenciesOf } from "../manifests/consul-container.ts";
import { manifestsOf } from "../manifests/loaded-manifest.ts";
import { siteScope } from "../manifests/site-scope.ts";
import { desiredAccounts } from "./accounts.ts";
import { type ContainerAddress, addressOf } from "./addresses.ts";
import { desiredCertificates } from "./certificates.ts";
import { desiredChecks } from "./checks.ts";
import { allowedExceptions, containerConfig } from "./container-config.ts";
import { ConveneError } from "../system/errors.ts";
import type { DesiredContainer, DesiredSite, DesiredState, DesiredVolume } from "./desired-state.ts";
import { desiredConsul } from "./consul.ts";
import { containerDevices } from "./devices.ts";
import { effectiveViews } from "./effective-views.ts";
import type { OwnBackend } from "./effective/haproxy-view.ts";
import { desiredFiles } from "./files.ts";
import { desiredImages } from "./images.ts";
import { desiredKeys } from "./keys.ts";
import { type ModelInput, type ResolvedContainer, resolvedContainers } from "./model-input.ts";
import { desiredReceivers } from "./receivers.ts";
import { desiredServices } from "./services.ts";
import type { TemplateEngine, TemplateVariables } from "./templates.ts";
import { ownVariables, sharedVariables } from "./variables.ts";

/** Throws ConveneError with a location for what only shows here: a template that fails, a policy that refuses. */
export function buildDesiredState(input: ModelInput, engine: TemplateEngine): DesiredState {
  refuseOtherNetwork(input);
  const resolved = resolvedContainers(input.components);
  const addresses = new Map(
    resolved.map(({ loaded }) => [
      loaded.manifest.metadata.name,
      addressOf(input.site.manifest, loaded.manifest),
    ]),
  );
  const kv = desiredKeys(input);
  const { network } = siteScope(input.site.manifest);
  const effective = effectiveViews(
    input.foreign ?? new Map(),
    kv,
    ownBackends(input, addresses),
    network.cidr,
  );
  const images = input.components.flatMap((component) => desiredImages(component, input.today));
  const consul = desiredConsul(input.site, input.components);
  const variables = sharedVariables(input, addresses, effective.views);
  return {
    revision: input.revision,
    site: desiredSite(input),
    consul,
    images: images.map(({ image }) => image),
    volumes: desiredVolumes(input),
    containers: resolved.map((one) => {
      const image = images.find((candidate) => candidate.image.name === one.loaded.manifest.spec.image);
      return desiredContainer(one, input, {
        engine,
        variables,
        address: addresses.get(one.loaded.manifest.metadata.name) ?? { ipv4: "" },
        imageAlias: image?.image.alias ?? "",
        labels: image?.labels ?? [],
        consulContainer: consul.container,
      });
    }),
    kv,
    services: desiredServices(input, new Map([...addresses].map(([name, { ipv4 }]) => [name, ipv4]))),
    accounts: desiredAccounts(input),
    certificates: desiredCertificates(effective.views, proxyOf(input, addresses), input.host.acme.directory),
    checks: desiredChecks(input, effective.views),
    receivers: desiredReceivers(input),
    findings: input.foreign === undefined ? [] : effective.findings,
  };
}

interface ContainerOptions {
  readonly engine: TemplateEngine;
  readonly variables: TemplateVariables;
  readonly address: ContainerAddress;
  readonly imageAlias: string;
  readonly labels: readonly string[];
  readonly consulContainer: string | undefined;
}

function desiredContainer(
  { component, loaded }: ResolvedContainer,
  input: ModelInput,
  options: ContainerOptions,
): DesiredContainer {
  const { metadata, spec } = loaded.manifest;
  const { address } = options;
  const exceptions = allowedExceptions(loaded, input.host.exceptions);
  const devices = containerDevices(loaded.manifest, address, {
    site: input.site.manifest.metadata.name,
    pool: input.host.pool,
    network: input.host.network,
    listen: input.site.manifest.spec.addresses.listen,
  });
  return {
    name: metadata.name,
    component: component.name,
    imageAlias: options.imageAlias,
    labels: [...options.labels, ...Object.keys(metadata.labels ?? {})],
    address,
    config: { ...containerConfig(loaded.manifest), ...exceptions.config },
    devices: { ...devices, ...exceptions.devices },
    files: desiredFiles({
      engine: options.engine,
      component,
      loaded,
      variables: {
        ...options.variables,
        ...ownVariables(loaded.manifest, address, component.parameters, loaded.item),
      },
      secrets: Object.fromEntries(spec.secrets.map((name) => [name, input.secrets.internal(name)])),
      foreignKnown: input.foreign !== undefined,
    }),
    services: spec.units,
    dependsOn: dependenciesOf(loaded.manifest, options.consulContainer),
    disruption: spec.disruption,
    ...(spec.conferences
      ? { conferences: { url: `http://${address.ipv4}:${spec.conferences.port}${spec.conferences.path}` } }
      : {}),
    origin: component.document.locate(["metadata", "name"]),
  };
}

function desiredSite(input: ModelInput): DesiredSite {
  const { metadata, spec } = input.site.manifest;
  return {
    name: metadata.name,
    domain: spec.domain,
    adminEmail: spec.adminEmail,
    timezone: spec.timezone,
    publicAddresses: spec.addresses.public,
    listenAddresses: spec.addresses.listen,
    network: {
      name: input.host.network,
      ipv4: spec.network.ipv4,
      ...(spec.network.ipv6 === undefined ? {} : { ipv6: spec.network.ipv6 }),
    },
  };
}

/** One volume may be in several containers; the first size named counts. */
function desiredVolumes(input: ModelInput): readonly DesiredVolume[] {
  const volumes = new Map<string, DesiredVolume>();
  for (const { component, loaded } of resolvedContainers(input.components)) {
    for (const { name, size } of loaded.manifest.spec.volumes) {
      if (volumes.has(name)) continue;
      volumes.set(name, {
        name,
        pool: input.host.pool,
        config: size === undefined ? {} : { size: `${size}B` },
        origin: component.document.locate(["metadata", "name"]),
      });
    }
  }
  return [...volumes.values()];
}

/** Certificates belong to the container that has the volume they are published on for writing. */
function proxyOf(input: ModelInput, addresses: ReadonlyMap<string, ContainerAddress>) {
  const found = resolvedContainers(input.components).find(({ loaded }) =>
    loaded.manifest.spec.volumes.some((volume) => volume.name === "certificates" && !volume.readOnly),
  );
  if (!found) return undefined;
  const container = found.loaded.manifest.metadata.name;
  return { container, address: addresses.get(container)?.ipv4 ?? "" };
}

/** What HAProxy reaches at a fixed address: our containers' services and the operator's routes. */
function ownBackends(
  input: ModelInput,
  addresses: ReadonlyMap<string, ContainerAddress>,
): ReadonlyMap<string, OwnBackend> {
  const own = resolvedContainers(input.components).flatMap(({ loaded }) => {
    const address = addresses.get(loaded.manifest.metadata.name)?.ipv4 ?? "";
    return [...loaded.manifest.spec.services, ...loaded.manifest.spec.routes].map(
      ({ name, port }) => [name, { address, port }] as const,
    );
  });
  const routes = manifestsOf(input.manifests, "Route").map(
    ({ manifest }) =>
      [
        manifest.metadata.name,
        { address: manifest.spec.backend.address, port: manifest.spec.backend.port },
      ] as const,
  );
  return new Map([...own, ...routes]);
}

/** The network exists before any push, so a site that means another one could only fail half-way. */
function refuseOtherNetwork({ site, host }: ModelInput): void {
  const wanted = site.manifest.spec.network.ipv4;
  if (wanted === host.ipv4) return;
  throw new ConveneError({
    code: "NetworkMismatch",
    location: site.locate(["spec", "network", "ipv4"]),
    message: `the site means the container network ${wanted}, this host has ${host.ipv4}`,
    hint: `write \`network: {ipv4: ${host.ipv4}}\` into the Site, or change network.ipv4 in the host's config.yaml and run convene init`,
  });
}
