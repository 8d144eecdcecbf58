/** Services registered in Consul, checked by Consul itself: a dead agent makes none of them critical. */
import { manifestsOf } from "../manifests/loaded-manifest.ts";
import type { DesiredService } from "./desired-state.ts";
import { type ModelInput, resolvedContainers } from "./model-input.ts";

const CHECK_EVERY_SECONDS = 10;

export function desiredServices(
  input: ModelInput,
  addresses: ReadonlyMap<string, string>,
): readonly DesiredService[] {
  const own = resolvedContainers(input.components).flatMap(({ loaded }) => {
    const { metadata, spec } = loaded.manifest;
    const address = addresses.get(metadata.name) ?? "";
    return [
      ...spec.services.map((one) =>
        service(`${metadata.name}-${one.name}`, one.name, address, one.port, one.check),
      ),
      ...spec.routes.map((one) => service(`route-${one.name}`, one.name, address, one.port, "tcp")),
    ];
  });
  const routes = manifestsOf(input.manifests, "Route").map(({ manifest }) =>
    service(
      `route-${manifest.metadata.name}`,
      manifest.metadata.name,
      manifest.spec.backend.address,
      manifest.spec.backend.port,
      "tcp",
    ),
  );
  return [...own, ...routes].toSorted((a, b) => a.id.localeCompare(b.id));
}

function service(
  id: string,
  name: string,
  address: string,
  port: number,
  check: "tcp" | "none" | { readonly http: string },
): DesiredService {
  const base = { id: `convene-${id}`, name, address, port, tags: [] };
  if (check === "none") return base;
  if (check === "tcp")
    return {
      ...base,
      check: { kind: "tcp", address: `${address}:${port}`, intervalSeconds: CHECK_EVERY_SECONDS },
    };
  return {
    ...base,
    check: {
      kind: "http",
      url: `http://${address}:${port}${check.http}`,
      intervalSeconds: CHECK_EVERY_SECONDS,
    },
  };
}
