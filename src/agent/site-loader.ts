/** From a commit's files to a desired state: manifests, catalogue, secrets, model; the same input is built once. */
import { createHash } from "node:crypto";
import type { HostSettings } from "../config/host-settings.ts";
import type { TreeFile } from "../control/agent-api.ts";
import type { ResolvedTree } from "../model/resolve-tree.ts";
import { resolveTree } from "../model/resolve-tree.ts";
import { buildDesiredState } from "../model/build.ts";
import type { DesiredConsul, DesiredState } from "../model/desired-state.ts";
import { formatDiagnostic } from "../manifests/diagnostic.ts";
import type { TemplateEngine } from "../model/templates.ts";
import { gatherSecrets, internalSecretNames } from "../secrets/gather-secrets.ts";
import type { SecretStore } from "../secrets/secret-store.ts";
import { formatRevision } from "../source/revision.ts";
import type { Clock } from "../system/clock.ts";
import type { Secret } from "../system/secret.ts";
import { ConveneError } from "../system/errors.ts";

export interface SiteLoaderOptions {
  readonly settings: HostSettings;
  readonly store: SecretStore;
  readonly engine: TemplateEngine;
  readonly clock: Clock;
  /** PEM root of a private ACME server, or empty. */
  readonly acmeRoot: string;
  /** The age identity and root's own secret files. */
  readonly identityFile: string;
  readonly hostSecrets: string;
}

export interface LoadedSite {
  readonly revision: string;
  readonly name: string;
  /** Where the site's Consul is; known before anything is rendered. */
  readonly consul: DesiredConsul;
  /** The operator's token for an existing Consul. */
  readonly token: Secret | undefined;
  /** Generated secrets that it refers to, by their names in the store. */
  readonly secretNames: ReadonlySet<string>;
  /** `foreign` undefined: the keys cannot be read just now. */
  readonly build: (foreign: ReadonlyMap<string, string> | undefined) => Promise<DesiredState>;
}

export interface SiteLoader {
  /** Throws `InvalidManifest` with every diagnostic in its message. */
  load(commit: string, files: () => Promise<readonly TreeFile[]>): Promise<LoadedSite>;
}

export function createSiteLoader(options: SiteLoaderOptions): SiteLoader {
  let resolved: { readonly commit: string; readonly tree: ResolvedTree } | undefined;
  let built: { readonly key: string; readonly state: DesiredState } | undefined;

  const resolveOnce = async (
    commit: string,
    files: () => Promise<readonly TreeFile[]>,
  ): Promise<ResolvedTree> => {
    if (resolved?.commit === commit) return resolved.tree;
    const tree = await resolveTree(await files(), options.settings.catalogue);
    resolved = { commit, tree };
    return tree;
  };

  return {
    load: async (commit, files) => {
      const tree = await resolveOnce(commit, files);
      const { site } = tree;
      if (tree.diagnostics.length > 0 || !site) throw invalidManifest(tree);
      const revision = formatRevision({ commit, catalogue: tree.catalogueVersion });
      const build = async (foreign: ReadonlyMap<string, string> | undefined): Promise<DesiredState> => {
        const today = new Date(options.clock.now()).toISOString().slice(0, 10);
        const secrets = await gatherSecrets(tree, options);
        const key = buildKey(revision, today, foreign, secrets.version);
        if (built?.key === key) return built.state;
        const state = buildDesiredState(
          {
            revision,
            site,
            manifests: tree.manifests,
            components: tree.components,
            host: modelHost(options),
            secrets,
            foreign,
            today,
          },
          options.engine,
        );
        built = { key, state };
        return state;
      };
      const tokenRef = site.manifest.spec.consul?.token?.secretRef;
      const token =
        tokenRef === undefined ? undefined : (await gatherSecrets(tree, options)).operator(tokenRef);
      return {
        revision,
        token,
        name: site.manifest.metadata.name,
        consul: tree.consul,
        secretNames: internalSecretNames(tree),
        build,
      };
    },
  };
}

function modelHost({ settings, acmeRoot }: SiteLoaderOptions) {
  return {
    pool: settings.lxd.pool,
    network: settings.lxd.network,
    ipv4: settings.network.ipv4,
    acme: { directory: settings.acme.directory, rootPem: acmeRoot },
    exceptions: settings.policy.exceptions,
  };
}

function buildKey(
  revision: string,
  today: string,
  foreign: ReadonlyMap<string, string> | undefined,
  secrets: string,
): string {
  const keys = foreign ? [...foreign].toSorted(([a], [b]) => (a < b ? -1 : 1)) : null;
  return createHash("sha256")
    .update(JSON.stringify([revision, today, keys, secrets]))
    .digest("hex");
}

function invalidManifest(tree: ResolvedTree): ConveneError {
  const [first] = tree.diagnostics;
  return new ConveneError({
    code: first?.code === "EmptyDesiredState" ? "EmptyDesiredState" : "InvalidManifest",
    message: tree.diagnostics.map(formatDiagnostic).join("\n") || "the tree holds no Site",
    hint: "correct the manifests and push again: the running site stays as it is",
  });
}
