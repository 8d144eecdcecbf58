/** Desired checks: those of the catalogue and those the operator adds. */
import { type LoadedManifest, manifestsOf } from "../manifests/loaded-manifest.ts";
import type { CheckManifest } from "../manifests/schema/check.ts";
import type { DesiredCheck } from "./desired-state.ts";
import { settleReferences } from "./effective-references.ts";
import type { EffectiveViews } from "./effective-views.ts";
import type { ModelInput } from "./model-input.ts";

export function desiredChecks(input: ModelInput, effective: EffectiveViews): readonly DesiredCheck[] {
  const derived = input.components.flatMap((component) => component.checks).map(desiredCheck);
  return [
    ...derived.map((check) => ({ ...check, spec: settledSpec(check, effective) })),
    ...manifestsOf(input.manifests, "Check").map(desiredCheck),
  ];
}

function settledSpec({ spec }: DesiredCheck, effective: EffectiveViews): DesiredCheck["spec"] {
  const entries = Object.entries(spec).map(([key, value]) => [key, settleReferences(value, effective)]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function desiredCheck(loaded: LoadedManifest<CheckManifest>): DesiredCheck {
  const { kind, interval, container, dependsOn, leansOn, confirm, ...spec } = loaded.manifest.spec;
  return {
    name: loaded.manifest.metadata.name,
    kind,
    spec,
    origin: loaded.locate([]),
    ...(interval === undefined ? {} : { intervalSeconds: interval }),
    ...(dependsOn.length === 0 ? {} : { dependsOn }),
    ...(leansOn.length === 0 ? {} : { leansOn }),
    ...(confirm === undefined ? {} : { confirm: { ...confirm } }),
    ...(container === undefined ? {} : { container }),
  };
}
