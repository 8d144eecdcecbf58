/** Bridges for the containers, and the access rules (network ACLs) on them. */
import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../system/clock.ts";
import { ConveneError } from "../system/errors.ts";
import { hasConfig, remove } from "./ensure.ts";
import { change, OPERATION_DEADLINE_MS } from "./operation.ts";
import { find, pathOf } from "./request.ts";
import type { Requester } from "./request.ts";
import { lxdNetworkAclSchema, lxdNetworkSchema } from "./schema.ts";
import type { LxdAclRule } from "./schema.ts";

export interface NetworkSpec {
  /** Also the name of the bridge: at most 15 characters. */
  readonly name: string;
  readonly description: string;
  /** For example `ipv4.address`, `ipv4.nat`, `security.acls`. Other keys on the network are left alone. */
  readonly config: Readonly<Record<string, string>>;
}

export interface NetworkAclSpec {
  readonly name: string;
  readonly description: string;
  /** What containers may not, or may, reach. LXD orders them: drop, reject, allow, then the network's default. */
  readonly egress: readonly LxdAclRule[];
  readonly ingress: readonly LxdAclRule[];
  /** `user.*` keys, such as a mark of ownership; set when it is made. */
  readonly config?: Readonly<Record<string, string>>;
}

type Ensured = "created" | "changed" | "already there";

export async function ensureNetwork(server: Requester, clock: Clock, spec: NetworkSpec): Promise<Ensured> {
  const options = { clock, deadlineMs: OPERATION_DEADLINE_MS };
  const path = pathOf`networks/${spec.name}`;
  const existing = await find(server, lxdNetworkSchema, { path });
  if (!existing) {
    const json = { ...spec, type: "bridge" };
    await change(server, { method: "POST", path: "/1.0/networks", json }, options);
    return "created";
  }
  if (!existing.managed || existing.type !== "bridge") throw notABridge(spec.name);
  if (hasConfig(existing.config, spec.config)) return "already there";
  const json = { config: spec.config, description: existing.description };
  await change(server, { method: "PATCH", path, json }, options);
  return "changed";
}

export async function ensureNetworkAcl(
  server: Requester,
  clock: Clock,
  spec: NetworkAclSpec,
): Promise<Ensured> {
  const options = { clock, deadlineMs: OPERATION_DEADLINE_MS };
  const path = pathOf`network-acls/${spec.name}`;
  const existing = await find(server, lxdNetworkAclSchema, { path });
  if (!existing) {
    await change(
      server,
      { method: "POST", path: "/1.0/network-acls", json: { ...spec, config: spec.config ?? {} } },
      options,
    );
    return "created";
  }
  if (isDeepStrictEqual([existing.egress, existing.ingress], [spec.egress, spec.ingress]))
    return "already there";
  const json = {
    description: spec.description,
    egress: spec.egress,
    ingress: spec.ingress,
    config: existing.config,
  };
  await change(server, { method: "PUT", path, json }, options);
  return "changed";
}

export async function deleteNetwork(
  server: Requester,
  clock: Clock,
  name: string,
): Promise<"removed" | "not there"> {
  return await remove(server, clock, pathOf`networks/${name}`);
}

export async function deleteNetworkAcl(
  server: Requester,
  clock: Clock,
  name: string,
): Promise<"removed" | "not there"> {
  return await remove(server, clock, pathOf`network-acls/${name}`);
}

function notABridge(name: string): ConveneError {
  return new ConveneError({
    code: "LxdAlreadyExists",
    message: `there is a network interface "${name}" already, and it is not a bridge of LXD's`,
    hint: "choose another name under `lxd.network` in /etc/convene/config.yaml",
  });
}
