/** Every Route leads somewhere, and no two want the same visitors. */
import { isIPv4 } from "node:net";
import type { Diagnostic } from "../diagnostic.ts";
import { hostPartOf, ipv4At, parseIpv4Network } from "../ipv4.ts";
import { manifestsOf } from "../loaded-manifest.ts";
import type { LoadedManifest } from "../loaded-manifest.ts";
import type { RouteManifest } from "../schema/route.ts";
import type { SiteManifest } from "../schema/site.ts";

export function checkRoutes(manifests: readonly LoadedManifest[]): readonly Diagnostic[] {
  const [site] = manifestsOf(manifests, "Site");
  return [
    ...(site ? manifestsOf(manifests, "Route").flatMap((route) => backendProblem(route, site.manifest)) : []),
    ...sameVisitors(manifests),
    ...sameName(manifests),
  ];
}

function backendProblem(route: LoadedManifest<RouteManifest>, site: SiteManifest): readonly Diagnostic[] {
  const { address, port } = route.manifest.spec.backend;
  const problem = leadsNowhere(address, port, site);
  if (problem === undefined) return [];
  const location = route.locate(["spec", "backend", "address"]);
  return [
    {
      code: "RouteToNothing",
      message: `${address}:${port} ${problem}`,
      hint: "name the address the service listens on",
      location,
    },
  ];
}

function leadsNowhere(address: string, port: number, site: SiteManifest): string | undefined {
  if (/^(127\.|::1$|localhost$)/u.test(address)) return "is the proxy container itself";
  if (/^(0\.|22[4-9]\.|2[3-5][0-9]\.|::$|ff)/iu.test(address)) return "is no address of a service";
  const { addresses, network } = site.spec;
  const isOwn = [...addresses.public, ...addresses.listen].includes(address);
  if (isOwn && (port === 80 || port === 443)) return "leads back to this proxy";
  if (!isIPv4(address)) return undefined;
  const own = parseIpv4Network(network.ipv4);
  const part = hostPartOf(own, address);
  return part !== undefined && ipv4At(own, part) === undefined
    ? `is no host's address in ${network.ipv4}`
    : undefined;
}

interface Claim {
  readonly host: string;
  readonly path: string;
  readonly by: LoadedManifest;
  readonly at: readonly (string | number)[];
}

function sameVisitors(manifests: readonly LoadedManifest[]): readonly Diagnostic[] {
  const fromContainers = manifestsOf(manifests, "Container").flatMap((by) =>
    by.manifest.spec.routes.map((route, index): Claim => {
      return { host: route.host, path: normal(route.path), by, at: ["spec", "routes", index, "host"] };
    }),
  );
  const fromRoutes = manifestsOf(manifests, "Route").map((by): Claim => {
    return { host: by.manifest.spec.host, path: normal(by.manifest.spec.path), by, at: ["spec", "host"] };
  });
  const claims = [...fromContainers, ...fromRoutes];
  return claims.flatMap((claim, position) => {
    const other = claims.slice(0, position).find((one) => one.host === claim.host && one.path === claim.path);
    if (other === undefined) return [];
    const { kind, metadata } = other.by.manifest;
    const message = `${claim.host}${claim.path} already leads to ${kind} \`${metadata.name}\``;
    return [
      {
        code: "DuplicateRoute",
        message,
        hint: "choose another host or path",
        location: claim.by.locate(claim.at),
      },
    ];
  });
}

function normal(path: string | undefined): string {
  return (path ?? "/").replace(/\/+$/u, "") || "/";
}

/** Routes and services share one list of names in the proxy's configuration. */
function sameName(manifests: readonly LoadedManifest[]): readonly Diagnostic[] {
  const owners = new Map(
    manifestsOf(manifests, "Container").flatMap(({ manifest }) =>
      [...manifest.spec.services, ...manifest.spec.routes].map(
        ({ name }) => [name, manifest.metadata.name] as const,
      ),
    ),
  );
  return manifestsOf(manifests, "Route").flatMap((route) => {
    const owner = owners.get(route.manifest.metadata.name);
    if (owner === undefined) return [];
    const message = `\`${route.manifest.metadata.name}\` is already a service of the container \`${owner}\``;
    return [
      {
        code: "DuplicateName",
        message,
        hint: "choose another name",
        location: route.locate(["metadata", "name"]),
      },
    ];
  });
}
