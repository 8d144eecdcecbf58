/** What the site needs of the machine underneath, taken from the desired state. */
import type { DesiredState } from "../../model/desired-state.ts";

export interface HostExpectation {
  /** Names that must lead here. */
  readonly names: readonly string[];
  readonly publicAddresses: readonly string[];
  readonly listenAddresses: readonly string[];
  readonly ports: readonly PortNeed[];
  /** Folders that must have room. */
  readonly paths: readonly string[];
  /** Sum of the containers' memory limits. */
  readonly memoryBytes: number;
  /** Smallest values of kernel settings: `net.ipv4.ip_forward` → 1. */
  readonly sysctls: Readonly<Record<string, number>>;
  /** Compare the clock with the Date header of this URL. */
  readonly dateUrl?: string | undefined;
}

export interface PortNeed {
  readonly protocol: "tcp" | "udp";
  readonly first: number;
  readonly last: number;
}

/** What the caller knows of the host beside the desired state. */
export type HostFacts = Pick<HostExpectation, "paths" | "sysctls" | "dateUrl">;

export function hostExpectation(desired: DesiredState, facts: HostFacts): HostExpectation {
  const { site, certificates, containers } = desired;
  const listens = containers.flatMap(({ devices }) => Object.values(devices).flatMap(listenOf));
  const memory = containers.map(({ config }) => bytesOf(config["limits.memory"] ?? ""));
  return {
    names: [...new Set([site.domain, ...certificates.map(({ domain }) => domain)])],
    publicAddresses: site.publicAddresses,
    listenAddresses: site.listenAddresses,
    ports: uniquePorts(listens),
    memoryBytes: memory.reduce((sum, bytes) => sum + bytes, 0),
    ...facts,
  };
}

/** An LXD proxy device's `listen`: `tcp:192.0.2.1:443`, `udp:[2001:db8::1]:50000-51000`. */
function listenOf(device: Readonly<Record<string, string>>): readonly PortNeed[] {
  const match = device.type === "proxy" ? /^(tcp|udp):.*:(\d+)(?:-(\d+))?$/.exec(device.listen ?? "") : null;
  if (match === null) return [];
  const first = Number(match[2]);
  return [{ protocol: match[1] === "udp" ? "udp" : "tcp", first, last: Number(match[3] ?? first) }];
}

function uniquePorts(needs: readonly PortNeed[]): readonly PortNeed[] {
  return [...new Map(needs.map((need) => [`${need.protocol}/${need.first}-${need.last}`, need])).values()];
}

const UNITS: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ["B", 1],
  ["kB", 1e3],
  ["MB", 1e6],
  ["GB", 1e9],
  ["KiB", 2 ** 10],
  ["MiB", 2 ** 20],
  ["GiB", 2 ** 30],
]);

/** An LXD size; what is written otherwise (a percentage) counts as nothing. */
function bytesOf(size: string): number {
  const match = /^(\d+)([A-Za-z]*)$/.exec(size);
  return match === null ? 0 : Number(match[1]) * (UNITS.get(match[2] ?? "") ?? 0);
}
