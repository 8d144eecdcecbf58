/** The table "what runs where", from what a pass wanted and saw. */
import { LXD_STATUS } from "../lxd/status-codes.ts";
import type { DesiredContainer, DesiredState } from "../model/desired-state.ts";
import type { ActualContainer, ActualState } from "../observe/actual-state.ts";
import type { ObjectStatus } from "../status/status.ts";

export function objectTable(desired: DesiredState, actual: ActualState): readonly ObjectStatus[] {
  const live = new Map(actual.containers.map((one) => [one.name, one]));
  return desired.containers.map((container) => ({
    name: container.name,
    component: container.component,
    state: stateOf(live.get(container.name)),
    address: container.address.ipv4,
    image: container.imageAlias,
    ports: publicPorts(container),
    labels: [...new Set(container.labels)],
  }));
}

function stateOf(found: ActualContainer | undefined): ObjectStatus["state"] {
  if (!found) return "missing";
  if (found.statusCode === LXD_STATUS.running) return "running";
  return found.statusCode === LXD_STATUS.error ? "error" : "stopped";
}

/** `443/tcp`, once for all listen addresses. */
function publicPorts(container: DesiredContainer): readonly string[] {
  const ports = Object.values(container.devices).flatMap((device) => {
    const match = /^(tcp|udp):.*:([0-9-]+)$/.exec(device["listen"] ?? "");
    return match ? [`${match[2]}/${match[1]}`] : [];
  });
  return [...new Set(ports)];
}
