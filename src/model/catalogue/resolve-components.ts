/** Components, their catalogue folders and the site's own containers, with every reference resolved. */
import type { Diagnostic } from "../../manifests/diagnostic.ts";
import { ipv4At, parseIpv4Network } from "../../manifests/ipv4.ts";
import { manifestsOf } from "../../manifests/loaded-manifest.ts";
import type { LoadedManifest } from "../../manifests/loaded-manifest.ts";
import type { Scope } from "../../manifests/references.ts";
import type { SiteManifest } from "../../manifests/schema/site.ts";
import { siteScope } from "../../manifests/site-scope.ts";
import type { SourceFile } from "../../manifests/source-file.ts";
import { addressOf } from "../addresses.ts";
import type { ResolvedComponent } from "../model-input.ts";
import { waitingReferences } from "../effective-references.ts";
import type { Catalogue } from "./catalogue.ts";
import { certificatePlaces } from "./certificate-places.ts";
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
    components: Object.fromEntries([
      // A folder that nobody uses is not set, so that a field may refer to it.
      ...[...catalogue.folders.keys()].map((name) => [name, null] as const),
      ...used.map((one) => [one.folder.name, { parameters: one.parameters }] as const),
    ]),
  };
  const hosts = used.map((one) => instantiateComponent(one, ["Image", "Container"], scope));
  const all = [...hosts.flatMap((host) => host.manifests), ...manifests];
  const containers = manifestsOf(all, "Container");
  const network = parseIpv4Network(site.manifest.spec.network.ipv4);
  const addresses = containers.map(({ manifest: { metadata, spec } }) => {
    return [
      metadata.name,
      { name: metadata.name, ipv4: ipv4At(network, spec.address.hostPart + spec.address.plus) ?? null },
    ];
  });
  const groups = [...catalogue.folders.keys()].map((name) => {
    const own = hosts.filter((_, index) => used[index]?.folder.name === name);
    return [name, { addresses: own.flatMap((host) => groupAddresses(site.manifest, host.manifests)) }];
  });
  const checkScope: Scope = {
    ...scope,
    containers: Object.fromEntries(addresses),
    groups: Object.fromEntries(groups),
    certificates: certificatePlaces(all, site.manifest.spec.domain),
    effective: waitingReferences(),
  };
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

/** Of the containers that stand for the entries of a list: the bridges. One outside the network has its own diagnostic. */
function groupAddresses(site: SiteManifest, manifests: readonly LoadedManifest[]): readonly string[] {
  const network = parseIpv4Network(site.spec.network.ipv4);
  return manifestsOf(manifests, "Container").flatMap(({ item, manifest }) => {
    const { hostPart, plus } = manifest.spec.address;
    if (item === undefined || ipv4At(network, hostPart + plus) === undefined) return [];
    const { ipv4, ipv6 } = addressOf(site, manifest);
    return ipv6 === undefined ? [ipv4] : [ipv4, ipv6];
  });
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
