/** The restricted LXD project convene lives in: LXD itself refuses what would make a container root on the host. */
import type { Clock } from "../system/clock.ts";
import { hasConfig } from "./ensure.ts";
import { change, OPERATION_DEADLINE_MS } from "./operation.ts";
import { find, pathOf, read } from "./request.ts";
import type { Requester } from "./request.ts";
import { lxdProjectSchema, lxdServerSchema } from "./schema.ts";

export interface ProjectSpec {
  readonly name: string;
  readonly description: string;
  /** The networks its containers may be on. */
  readonly networks: readonly string[];
  /** Further keys, such as a mark of ownership. */
  readonly config?: Readonly<Record<string, string>>;
}

/** Since LXD 4.21; without it, the closed list of devices in the manifests' schema is what limits networks. */
const NETWORK_ACCESS_EXTENSION = "projects_networks_restricted_access";

const RESTRICTIONS: Readonly<Record<string, string>> = {
  restricted: "true",
  "restricted.containers.nesting": "block",
  "restricted.containers.lowlevel": "block",
  "restricted.containers.privilege": "unprivileged",
  "restricted.devices.disk": "managed",
  "restricted.devices.nic": "managed",
  "restricted.devices.proxy": "allow",
};

/** Features can only be set while a project is empty, that is when it is made. */
const FEATURES: Readonly<Record<string, string>> = {
  "features.images": "true",
  "features.profiles": "true",
  "features.storage.volumes": "true",
  "features.networks": "false",
};

export async function ensureProject(
  server: Requester,
  clock: Clock,
  spec: ProjectSpec,
): Promise<"created" | "changed" | "already there"> {
  const options = { clock, deadlineMs: OPERATION_DEADLINE_MS };
  const path = pathOf`projects/${spec.name}`;
  const restrictions = { ...(await restrictionsFor(server, spec)), ...spec.config };
  const existing = await find(server, lxdProjectSchema, { path, project: null });
  if (!existing) {
    const json = { name: spec.name, description: spec.description, config: { ...FEATURES, ...restrictions } };
    await change(server, { method: "POST", path: "/1.0/projects", project: null, json }, options);
    return "created";
  }
  if (hasConfig(existing.config, restrictions)) return "already there";
  // Sent whole: with only the changed keys, LXD 5.0 takes the missing features for switched off.
  const json = { config: { ...existing.config, ...restrictions }, description: existing.description };
  await change(server, { method: "PATCH", path, project: null, json }, options);
  return "changed";
}

async function restrictionsFor(server: Requester, spec: ProjectSpec): Promise<Record<string, string>> {
  const { value } = await read(server, lxdServerSchema, { path: "/1.0", project: null });
  if (!value.api_extensions.includes(NETWORK_ACCESS_EXTENSION)) return RESTRICTIONS;
  return { ...RESTRICTIONS, "restricted.networks.access": spec.networks.join(",") };
}
