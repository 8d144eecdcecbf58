/** What `convene init` and `uninstall` do in LXD as root: pool, networks, access rules, project, base image. */
import type { Clock } from "../system/clock.ts";
import { hostAddresses } from "./host-addresses.ts";
import { importImage } from "./image-import.ts";
import type { ImageFiles } from "./image-import.ts";
import { deleteNetwork, deleteNetworkAcl, ensureNetwork, ensureNetworkAcl } from "./networks.ts";
import type { NetworkAclSpec, NetworkSpec } from "./networks.ts";
import { ensurePool } from "./pools.ts";
import type { PoolSpec } from "./pools.ts";
import { clearInstances, clearProject, deleteProject } from "./project-removal.ts";
import type { IsOurs } from "./project-removal.ts";
import { ensureProject } from "./projects.ts";
import type { ProjectSpec } from "./projects.ts";
import { createRequester } from "./request.ts";
import { createUnixHttp } from "./unix-http.ts";

/** What making sure of something did. */
export type Ensured = "created" | "changed" | "already there";
export type Removed = "removed" | "not there";

/** Every method may be repeated; objects are looked at first and only what differs is changed. */
export interface LxdAdministration {
  /** An existing pool is used as it is. */
  ensurePool(spec: PoolSpec): Promise<Ensured>;
  ensureNetwork(spec: NetworkSpec): Promise<Ensured>;
  ensureNetworkAcl(spec: NetworkAclSpec): Promise<Ensured>;
  /** All addresses of the host but the loopback ones, for `containerAccessAcl`. */
  hostAddresses(): Promise<readonly string[]>;
  ensureProject(spec: ProjectSpec): Promise<Ensured>;
  /** Makes `alias` in `project` name exactly these files; answers the fingerprint. */
  importImage(
    project: string,
    alias: string,
    files: ImageFiles,
  ): Promise<{ readonly outcome: Ensured; readonly fingerprint: string }>;
  /** Deletes the project's instances that are ours, after `graceMs` to shut down; answers their names. */
  clearInstances(name: string, isOurs: IsOurs, graceMs: number): Promise<readonly string[]>;
  /** Deletes what is ours in the project, and answers what is left in it: `container guest`. */
  clearProject(name: string, isOurs: IsOurs): Promise<readonly string[]>;
  /** Deletes the project with all its instances, images, volumes and profiles. */
  deleteProject(name: string): Promise<Removed>;
  deleteNetwork(name: string): Promise<Removed>;
  deleteNetworkAcl(name: string): Promise<Removed>;
}

export interface LxdAdministrationOptions {
  readonly socketPath: string;
  readonly clock: Clock;
}

export function createLxdAdministration(options: LxdAdministrationOptions): LxdAdministration {
  const { clock } = options;
  const http = createUnixHttp(options.socketPath);
  /** Pools, networks and access rules belong to the default project. */
  const server = createRequester(http, "default");
  return {
    ensurePool: async (spec) => await ensurePool(server, clock, spec),
    ensureNetwork: async (spec) => await ensureNetwork(server, clock, spec),
    ensureNetworkAcl: async (spec) => await ensureNetworkAcl(server, clock, spec),
    hostAddresses: async () => await hostAddresses(server),
    ensureProject: async (spec) => await ensureProject(server, clock, spec),
    importImage: async (project, alias, files) =>
      await importImage(createRequester(http, project), clock, alias, files),
    clearInstances: async (name, isOurs, graceMs) =>
      (await clearInstances(createRequester(http, name), clock, isOurs, graceMs)).removed,
    clearProject: async (name, isOurs) => await clearProject(createRequester(http, name), clock, isOurs),
    deleteProject: async (name) => await deleteProject(createRequester(http, name), clock),
    deleteNetwork: async (name) => await deleteNetwork(server, clock, name),
    deleteNetworkAcl: async (name) => await deleteNetworkAcl(server, clock, name),
  };
}
