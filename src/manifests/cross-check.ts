/** What manifests say together: every rule over all of them, every breach at its line. */
import { compareDiagnostics } from "./diagnostic.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { LoadedManifest } from "./loaded-manifest.ts";
import { checkAddresses } from "./rules/addresses.ts";
import { checkCertificates } from "./rules/certificates.ts";
import { checkConsul } from "./rules/consul.ts";
import { checkContainerReferences } from "./rules/container-references.ts";
import { checkDependencyCycles } from "./rules/dependency-cycles.ts";
import { checkKeys } from "./rules/keys.ts";
import { checkLive } from "./rules/live.ts";
import { checkNames } from "./rules/names.ts";
import { checkOwnContainers } from "./rules/own-containers.ts";
import { checkPublicPorts } from "./rules/public-ports.ts";
import { checkReservedNames } from "./rules/reserved-names.ts";
import { checkRoutes } from "./rules/routes.ts";
import { checkSecretReferences } from "./rules/secret-references.ts";
import { checkSite } from "./rules/site.ts";

const RULES = [
  checkSite,
  checkNames,
  checkReservedNames,
  checkSecretReferences,
  checkContainerReferences,
  checkConsul,
  checkDependencyCycles,
  checkAddresses,
  checkPublicPorts,
  checkKeys,
  checkRoutes,
  checkCertificates,
] as const satisfies readonly ((manifests: readonly LoadedManifest[]) => readonly Diagnostic[])[];

/** A broken manifest is missing to the others: saying so as well would only hide the real mistake. */
const ABOUT_ABSENCE: readonly string[] = [
  "ConsulMissing",
  "EmptyDesiredState",
  "MissingSite",
  "NameNotCovered",
  "UnknownCheck",
  "UnknownContainer",
  "UnknownImage",
  "UnknownSecret",
];

/** A Component's manifests from the catalogue, and the operator's own document that brings them in. */
interface CheckedComponent {
  readonly images: readonly LoadedManifest[];
  readonly containers: readonly LoadedManifest[];
  readonly checks: readonly LoadedManifest[];
  readonly document: LoadedManifest;
}

export interface CrossCheckInput {
  /** The operator's manifests, each valid by itself. */
  readonly manifests: readonly LoadedManifest[];
  readonly components: readonly CheckedComponent[];
  /** Some manifest or component is not here because it is broken. */
  readonly partial: boolean;
}

export function crossCheck({ manifests, components, partial }: CrossCheckInput): readonly Diagnostic[] {
  // The catalogue's come first: of two that collide the second is reported, and that one the operator can change.
  const catalogue = components.flatMap((component) => atOperatorsLine(component, manifests));
  const all = [...catalogue, ...manifests];
  const own = [...checkOwnContainers(manifests, catalogue), ...checkLive(manifests)];
  return [...RULES.flatMap((rule) => rule(all)), ...own]
    .filter(({ code }) => !partial || !ABOUT_ABSENCE.includes(code))
    .toSorted(compareDiagnostics);
}

/** An operator cannot change the catalogue: what collides is said at the Component that brings it in. */
function atOperatorsLine(
  { images, containers, checks, document }: CheckedComponent,
  manifests: readonly LoadedManifest[],
): readonly LoadedManifest[] {
  return [...images, ...containers, ...checks]
    .filter((loaded) => !manifests.includes(loaded))
    .map((loaded) => ({ ...loaded, file: document.file, locate: () => document.locate(["spec", "uses"]) }));
}
