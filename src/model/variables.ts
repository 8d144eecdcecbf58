/** What templates see (manifests/README.md, Templates). */
import type { ContainerManifest } from "../manifests/schema/container.ts";
import { siteScope } from "../manifests/site-scope.ts";
import type { ContainerAddress } from "./addresses.ts";
import { consulView } from "./consul.ts";
import type { EffectiveViews } from "./effective-views.ts";
import { type ModelInput, resolvedContainers } from "./model-input.ts";
import type { TemplateVariables } from "./templates.ts";

const MIB = 2 ** 20;

/** The variables all containers share. */
export function sharedVariables(
  input: ModelInput,
  addresses: ReadonlyMap<string, ContainerAddress>,
  effective: EffectiveViews,
): TemplateVariables {
  const containers = resolvedContainers(input.components);
  return {
    site: siteScope(input.site.manifest),
    acme: input.host.acme,
    consul: consulView(input.site, input.components),
    effective,
    components: Object.fromEntries(input.components.map((one) => [one.uses, { parameters: one.parameters }])),
    containers: Object.fromEntries(
      containers.map(({ loaded }) => {
        const address = addresses.get(loaded.manifest.metadata.name);
        return [loaded.manifest.metadata.name, { ipv4: address?.ipv4 ?? "", ipv6: address?.ipv6 ?? "" }];
      }),
    ),
    groups: Object.fromEntries(
      input.components.map((component) => [
        component.uses,
        component.containers
          .filter((loaded) => loaded.item !== undefined)
          .map((loaded) => ({
            name: loaded.manifest.metadata.name,
            ipv4: addresses.get(loaded.manifest.metadata.name)?.ipv4 ?? "",
            number: loaded.item?.["number"] ?? 0,
            item: loaded.item ?? {},
          })),
      ]),
    ),
  };
}

/** The variables of one container. */
export function ownVariables(
  container: ContainerManifest,
  address: ContainerAddress,
  parameters: Readonly<Record<string, unknown>>,
  item: Readonly<Record<string, unknown>> | undefined,
): TemplateVariables {
  return {
    parameters,
    self: {
      name: container.metadata.name,
      ipv4: address.ipv4,
      ipv6: address.ipv6 ?? "",
      memoryMiB: Math.floor((container.spec.limits.memory ?? 0) / MIB),
    },
    ...(item ? { item } : {}),
  };
}
