/** Where certificates are served besides the site's own: what the proxy's checks look at, one entry each. */
import { createHash } from "node:crypto";
import { type LoadedManifest, manifestsOf } from "../../manifests/loaded-manifest.ts";

export interface CertificatePlace {
  readonly domain: string;
  /** Name of its check: `certificate-cloud-school-example`. */
  readonly check: string;
  /** null: where the domain leads, on 443. */
  readonly address: string | null;
  readonly port: number | null;
}

/**
 * Names with a route have theirs served by the proxy, and so has a `Certificate` that says no endpoints. A container
 * that asks for one without a route serves it itself (coturn) and has a check of its own.
 */
export function certificatePlaces(
  manifests: readonly LoadedManifest[],
  siteDomain: string,
): readonly CertificatePlace[] {
  const behindProxy = (domain: string): Place => ({ domain, address: null, port: null });
  const routes = [
    ...manifestsOf(manifests, "Container").flatMap(({ manifest }) => manifest.spec.routes),
    ...manifestsOf(manifests, "Route").flatMap(({ manifest }) =>
      manifest.spec.certificate ? [manifest.spec] : [],
    ),
  ];
  const declared = manifestsOf(manifests, "Certificate").flatMap(({ manifest: { spec } }) =>
    spec.endpoints === undefined
      ? [behindProxy(spec.domain)]
      : spec.endpoints.map((endpoint) => ({ domain: spec.domain, ...endpoint })),
  );
  const places = [...routes.map(({ host }) => behindProxy(host)), ...declared];
  const others = places.filter(({ domain, address }) => domain !== siteDomain || address !== null);
  const distinct = [...new Map(others.map((place) => [JSON.stringify(place), place])).values()];
  return distinct.map((place, index) => {
    const before = distinct.slice(0, index).filter(({ domain }) => domain === place.domain).length;
    return { ...place, check: checkName(place.domain, before + 1) };
  });
}

type Place = Omit<CertificatePlace, "check">;

/** A name of a check has at most 63 characters and no dots. */
function checkName(domain: string, number: number): string {
  const suffix = number === 1 ? "" : `-${number}`;
  const name = `certificate-${domain.replaceAll(/[^a-z0-9]+/g, "-")}`;
  if (name.length + suffix.length <= 63) return `${name}${suffix}`;
  const digest = createHash("sha256").update(domain).digest("hex").slice(0, 8);
  return `${name.slice(0, 50)}-${digest}${suffix}`;
}
