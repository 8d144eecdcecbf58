/** A container's LXD config keys: the closed list `limits.*` and `boot.*`, and what the host's policy allows beyond. */
import type { PolicyException } from "../config/host-settings.ts";
import type { LoadedManifest } from "../manifests/loaded-manifest.ts";
import type { ContainerManifest } from "../manifests/schema/container.ts";
import { ConveneError } from "../system/errors.ts";
import type { Devices } from "./devices.ts";

/** LXD keeps limits as text; memory is written in bytes so that it compares exactly. */
export function containerConfig(container: ContainerManifest): Record<string, string> {
  const { limits, boot } = container.spec;
  return {
    ...(limits.memory === undefined ? {} : { "limits.memory": `${limits.memory}B` }),
    ...(limits.cpu === undefined ? {} : { "limits.cpu": `${limits.cpu}` }),
    ...(limits.processes === undefined ? {} : { "limits.processes": `${limits.processes}` }),
    "boot.autostart": `${boot.autostart}`,
    ...(boot.priority === undefined ? {} : { "boot.autostart.priority": `${boot.priority}` }),
  };
}

export interface Exceptions {
  readonly config: Record<string, string>;
  readonly devices: Devices;
}

/**
 * Keys and devices beyond the closed list need a line in the host's policy with container, name and value: whoever
 * can push must not thereby become root on the host.
 */
export function allowedExceptions(
  loaded: LoadedManifest<ContainerManifest>,
  policy: readonly PolicyException[],
): Exceptions {
  const { exceptions } = loaded.manifest.spec;
  const container = loaded.manifest.metadata.name;
  for (const kind of ["config", "devices"] as const) {
    for (const [name, value] of Object.entries(exceptions?.[kind] ?? {})) {
      const wanted = kind === "config" ? "config" : "device";
      const allowed = policy.some(
        (line) =>
          line.container === container &&
          line.kind === wanted &&
          line.name === name &&
          sameValue(line.value, value),
      );
      if (!allowed) throw refused(loaded, kind, name);
    }
  }
  return { config: { ...exceptions?.config }, devices: { ...exceptions?.devices } };
}

function sameValue(left: unknown, right: unknown): boolean {
  return JSON.stringify(sortedByKey(left)) === JSON.stringify(sortedByKey(right));
}

function sortedByKey(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value).toSorted(([a], [b]) => a.localeCompare(b));
}

function refused(
  loaded: LoadedManifest<ContainerManifest>,
  kind: "config" | "devices",
  name: string,
): ConveneError {
  return new ConveneError({
    code: "PolicyRefused",
    location: loaded.locate(["spec", "exceptions", kind, name], "key"),
    message: `${kind === "config" ? "the config key" : "the device"} ${name} is beyond what git may ask for`,
    hint: "root allows it with a line under policy.exceptions in /etc/convene/config.yaml naming container, name and value",
  });
}
