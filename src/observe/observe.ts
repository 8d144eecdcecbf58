/** One look at everything a pass compares. */
import type { Consul } from "../consul/consul.ts";
import type { Lxd } from "../lxd/lxd.ts";
import type { DesiredCertificate, DesiredConsul } from "../model/desired-state.ts";
import type { ActualContainer, ActualState, ContainerSweep } from "./actual-state.ts";
import { observeCertificates } from "./observe-certificates.ts";
import { observeConsul } from "./observe-consul.ts";
import { observeLxd } from "./observe-lxd.ts";

const RUNNING = 103;

export interface ObserveRequest {
  readonly pools: readonly string[];
  readonly consul: DesiredConsul;
  readonly certificates: readonly DesiredCertificate[];
  readonly sweeps: ReadonlyMap<string, ContainerSweep>;
}

/** Throws the doors' own errors when LXD cannot be read; an unreachable Consul is a state, not an error. */
export async function observe(
  doors: { readonly lxd: Lxd; readonly consul: Consul },
  request: ObserveRequest,
): Promise<ActualState> {
  const seen = await observeLxd(doors.lxd, request.pools, request.sweeps);
  const running = new Set(seen.containers.filter((one) => one.statusCode === RUNNING).map((one) => one.name));
  const [consul, certificates] = await Promise.all([
    observeConsul(doors.consul, consulState(request.consul, seen.containers)),
    observeCertificates(doors.lxd, request.certificates, running),
  ]);
  return { ...seen, consul, certificates };
}

function consulState(
  consul: DesiredConsul,
  containers: readonly ActualContainer[],
): "absent" | "stopped" | "running" {
  if (consul.container === undefined) return "running";
  const found = containers.find((one) => one.name === consul.container);
  if (!found) return "absent";
  return found.statusCode === RUNNING ? "running" : "stopped";
}
