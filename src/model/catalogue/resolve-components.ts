/** Components, their catalogue folders and the site's own containers, with every reference resolved. */
import type { Diagnostic } from "../../manifests/diagnostic.ts";
import { ipv4At, parseIpv4Network } from "../../manifests/ipv4.ts";
import { manifestsOf } from "../../manifests/loaded-manifest.ts";
import type { LoadedManifest } from "../../manifests/loaded-manifest.ts";
import type { Scope } from "../../manifests/references.ts";
import type { SiteManifest } from "../../manifests/schema/site.ts";
import { siteScope } from "../../manifests/site-scope.ts";
import type { SourceFile } from "../../manifests/source-file.ts";
import type { ResolvedComponent } from "../model-input.ts";
import type { Catalogue } from "./catalogue.ts";
import { localComponent } from "./local-component.ts";
import { instantiateComponent, useComponents } from "./use-components.ts";
import type { UsedComponent } from "./use-components.ts";

export interface ResolvedComponents {
  readonly components: readonly ResolvedComponent[];
  readonly diagnostics: readonly Diagnostic[];
}

/** `files` is the tree the manifests come from; templates of the site's own containers lie there. */
export function resolveComponents(
  manifests: readonly LoadedManifest[],
  site: LoadedManifest<SiteManifest>,
  catalogue: Catalogue,
  files: readonly SourceFile[],
): ResolvedComponents {
  const { components: used, diagnostics } = useComponents(manifests, site, catalogue);
  const scope = {
    site: siteScope(site.manifest),
    components: Object.fromEntries(used.map((one) => [one.folder.name, { parameters: one.parameters }])),
  };
  const hosts = used.map((one) => instantiateComponent(one, ["Image", "Container"], scope));
  const containers = manifestsOf([...hosts.flatMap((host) => host.manifests), ...manifests], "Container");
  const network = parseIpv4Network(site.manifest.spec.network.ipv4);
  const addresses = containers.map(({ manifest: { metadata, spec } }) => {
    return [
      metadata.name,
      { name: metadata.name, ipv4: ipv4At(network, spec.address.hostPart + spec.address.plus) ?? null },
    ];
  });
  const checkScope: Scope = { ...scope, containers: Object.fromEntries(addresses) };
  const checks = used.map((one) => instantiateComponent(one, ["Check"], checkScope));
  const local = localComponent(manifests, site, files);
  return {
    components: [
      ...used.map((one, index) =>
        resolved(one, hosts[index]?.manifests ?? [], checks[index]?.manifests ?? []),
      ),
      ...(local ? [local] : []),
    ],
    diagnostics: [...diagnostics, ...[...hosts, ...checks].flatMap((result) => result.diagnostics)],
  };
}

function resolved(
  used: UsedComponent,
  hosts: readonly LoadedManifest[],
  checks: readonly LoadedManifest[],
): ResolvedComponent {
  return {
    name: used.component.manifest.metadata.name,
    uses: used.folder.name,
    parameters: used.parameters,
    images: manifestsOf(hosts, "Image"),
    containers: manifestsOf(hosts, "Container"),
    checks: manifestsOf(checks, "Check"),
    readFile: (name) => used.folder.files.get(name),
    document: used.component,
  };
}
