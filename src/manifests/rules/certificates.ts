/** Every name people open is on a certificate, and is asked for once. */
import type { Diagnostic } from "../diagnostic.ts";
import { manifestsOf } from "../loaded-manifest.ts";
import type { LoadedManifest } from "../loaded-manifest.ts";

export function checkCertificates(manifests: readonly LoadedManifest[]): readonly Diagnostic[] {
  const covered = new Set([
    ...manifestsOf(manifests, "Certificate").map(({ manifest }) => manifest.spec.domain),
    ...manifestsOf(manifests, "Route").flatMap(({ manifest: { spec } }) =>
      spec.certificate ? [spec.host] : [],
    ),
    ...manifestsOf(manifests, "Container").flatMap(({ manifest }) =>
      manifest.spec.certificates.map(({ domain }) => domain),
    ),
  ]);
  const fromRoutes = manifestsOf(manifests, "Route").flatMap((route) => {
    const { host } = route.manifest.spec;
    return covered.has(host) ? [] : [uncovered(route, ["spec", "certificate"], host)];
  });
  const fromContainers = manifestsOf(manifests, "Container").flatMap((container) =>
    container.manifest.spec.routes.flatMap(({ host }, index) =>
      covered.has(host) ? [] : [uncovered(container, ["spec", "routes", index, "host"], host)],
    ),
  );
  return [...fromRoutes, ...fromContainers, ...repeated(manifests)];
}

function uncovered(loaded: LoadedManifest, path: readonly (string | number)[], host: string): Diagnostic {
  return {
    code: "NameNotCovered",
    message: `no certificate covers ${host}`,
    hint: "leave `certificate: false` out, or add a manifest of kind Certificate for the name",
    location: loaded.locate(path),
  };
}

function repeated(manifests: readonly LoadedManifest[]): readonly Diagnostic[] {
  const first = new Map<string, string>();
  return manifestsOf(manifests, "Certificate").flatMap((loaded) => {
    const { domain } = loaded.manifest.spec;
    const earlier = first.get(domain);
    first.set(domain, earlier ?? loaded.manifest.metadata.name);
    if (earlier === undefined) return [];
    const message = `the Certificate \`${earlier}\` is already for ${domain}`;
    return [
      {
        code: "DuplicateCertificate",
        message,
        hint: "take one of them out",
        location: loaded.locate(["spec", "domain"]),
      },
    ];
  });
}
