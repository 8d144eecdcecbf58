/** What manifests say together: every rule over all of them, every breach at its line. */
import { compareDiagnostics } from "./diagnostic.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { LoadedManifest } from "./loaded-manifest.ts";
import { checkAddresses } from "./rules/addresses.ts";
import { checkCertificates } from "./rules/certificates.ts";
import { checkContainerReferences } from "./rules/container-references.ts";
import { checkDependencyCycles } from "./rules/dependency-cycles.ts";
import { checkKeys } from "./rules/keys.ts";
import { checkNames } from "./rules/names.ts";
import { checkPublicPorts } from "./rules/public-ports.ts";
import { checkRoutes } from "./rules/routes.ts";
import { checkSecretReferences } from "./rules/secret-references.ts";
import { checkSite } from "./rules/site.ts";

const RULES = [
  checkSite,
  checkNames,
  checkSecretReferences,
  checkContainerReferences,
  checkDependencyCycles,
  checkAddresses,
  checkPublicPorts,
  checkKeys,
  checkRoutes,
  checkCertificates,
] as const satisfies readonly ((manifests: readonly LoadedManifest[]) => readonly Diagnostic[])[];

/** Expects the operator's manifests and the catalogue's, instantiated; each valid by itself. */
export function crossCheck(manifests: readonly LoadedManifest[]): readonly Diagnostic[] {
  return RULES.flatMap((rule) => rule(manifests)).toSorted(compareDiagnostics);
}
