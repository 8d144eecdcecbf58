/** One look at everything a pass compares. */
import type { Consul } from "../consul/consul.ts";
import type { Lxd } from "../lxd/lxd.ts";
import { LXD_STATUS } from "../lxd/status-codes.ts";
import type { DesiredCertificate, DesiredConsul } from "../model/desired-state.ts";
import type { ActualConsul, ActualContainer, ActualState, ContainerSweep } from "./actual-state.ts";
import { observeCertificates } from "./observe-certificates.ts";
import { type ConsulPresence, observeConsul } from "./observe-consul.ts";
import { type ObservedLxd, observeLxd } from "./observe-lxd.ts";

export interface Doors {
  readonly lxd: Lxd;
  readonly consul: Consul;
}

export interface ObserveRequest {
  readonly site: string;
  readonly pools: readonly string[];
  readonly consul: DesiredConsul;
  readonly sweeps: ReadonlyMap<string, ContainerSweep>;
}

export interface ObservedHost extends ObservedLxd {
  readonly consul: ActualConsul;
}

/** Throws the doors' own errors when LXD cannot be read; an unreachable Consul is a state, not an error. */
export async function observeHost(doors: Doors, request: ObserveRequest): Promise<ObservedHost> {
  const seen = await observeLxd(doors.lxd, request.pools, request.sweeps);
  const presence = consulPresence(request.consul, seen.containers);
  return { ...seen, consul: await observeConsul(doors.consul, presence, request.site) };
}

/** Adds the certificates on disk; which ones are wanted depends on the keys, so they are looked at second. */
export async function withCertificates(
  lxd: Lxd,
  host: ObservedHost,
  certificates: readonly DesiredCertificate[],
): Promise<ActualState> {
  const running = new Set(
    host.containers.filter((one) => one.statusCode === LXD_STATUS.running).map((one) => one.name),
  );
  return { ...host, certificates: await observeCertificates(lxd, certificates, running) };
}

/**
 * Keys that are not ours; undefined while they cannot be read. A Consul that does not exist yet has none.
 * Our own keys and the inventory below `convene/` never count as foreign.
 */
export function foreignKeys(consul: ActualConsul, site: string): ReadonlyMap<string, string> | undefined {
  if (consul.state === "absent") return new Map();
  if (consul.state === "unreachable") return undefined;
  const own = `convene/${site}/`;
  return new Map([...consul.kv].filter(([key]) => !consul.inventory.has(key) && !key.startsWith(own)));
}

function consulPresence(consul: DesiredConsul, containers: readonly ActualContainer[]): ConsulPresence {
  if (consul.container === undefined) return "existing";
  const found = containers.find((one) => one.name === consul.container);
  if (!found) return "absent";
  return found.statusCode === LXD_STATUS.running ? "running" : "stopped";
}
