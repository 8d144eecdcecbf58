/** Desired checks: those of the catalogue and those the operator adds. */
import { type LoadedManifest, manifestsOf } from "../manifests/loaded-manifest.ts";
import type { CheckManifest } from "../manifests/schema/check.ts";
import type { DesiredCheck } from "./desired-state.ts";
import type { ModelInput } from "./model-input.ts";

export function desiredChecks(input: ModelInput): readonly DesiredCheck[] {
  return [
    ...input.components.flatMap((component) => component.checks),
    ...manifestsOf(input.manifests, "Check"),
  ].map(desiredCheck);
}

function desiredCheck(loaded: LoadedManifest<CheckManifest>): DesiredCheck {
  const { kind, interval, container, dependsOn, confirm, ...spec } = loaded.manifest.spec;
  return {
    name: loaded.manifest.metadata.name,
    kind,
    spec,
    origin: loaded.locate([]),
    ...(interval === undefined ? {} : { intervalSeconds: interval }),
    ...(dependsOn.length === 0 ? {} : { dependsOn }),
    ...(confirm === undefined ? {} : { confirm: { ...confirm } }),
    ...(container === undefined ? {} : { container }),
  };
}
