/** What the model is built from; the same input gives the same desired state. */
import type { LoadedManifest } from "../manifests/loaded-manifest.ts";
import type { CheckManifest } from "../manifests/schema/check.ts";
import type { ContainerManifest } from "../manifests/schema/container.ts";
import type { ImageManifest } from "../manifests/schema/image.ts";
import type { SiteManifest } from "../manifests/schema/site.ts";
import type { PolicyException } from "../config/host-settings.ts";
import type { Secret } from "../system/secret.ts";

/** One Component with its catalogue folder, references resolved. */
export interface ResolvedComponent {
  readonly name: string;
  /** The catalogue folder. */
  readonly uses: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly images: readonly LoadedManifest<ImageManifest>[];
  readonly containers: readonly LoadedManifest<ContainerManifest>[];
  readonly checks: readonly LoadedManifest<CheckManifest>[];
  /** A file of the folder by its name. */
  readonly readFile: (name: string) => string | undefined;
  /** The operator's own Component document: where parameters are written. */
  readonly document: LoadedManifest;
}

export interface ModelInput {
  readonly revision: string;
  readonly site: LoadedManifest<SiteManifest>;
  /** The operator's manifests, Site included. */
  readonly manifests: readonly LoadedManifest[];
  readonly components: readonly ResolvedComponent[];
  readonly host: ModelHost;
  readonly secrets: ModelSecrets;
  /** Keys in Consul that are not ours; undefined while they cannot be read. */
  readonly foreign: ReadonlyMap<string, string> | undefined;
  /** ISO date (`2026-11-22`), for images that are built anew each month. */
  readonly today: string;
}

export interface ModelHost {
  readonly pool: string;
  readonly network: string;
  /** The host's own address in the container network, as `convene init` made it. */
  readonly ipv4: string;
  readonly acme: { readonly directory: string; readonly rootPem: string };
  readonly exceptions: readonly PolicyException[];
}

/** Every lookup throws when the name was not gathered before (src/secrets/). */
export interface ModelSecrets {
  internal(name: string): Secret;
  password(user: string): Secret;
  operator(name: string): Secret;
  fingerprint(value: Secret): string;
}

export type ResolvedContainer = {
  readonly component: ResolvedComponent;
  readonly loaded: LoadedManifest<ContainerManifest>;
};

/** All containers of all components, in order. */
export function resolvedContainers(components: readonly ResolvedComponent[]): readonly ResolvedContainer[] {
  return components.flatMap((component) => component.containers.map((loaded) => ({ component, loaded })));
}
