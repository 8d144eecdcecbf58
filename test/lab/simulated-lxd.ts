/** LXD in memory, with the rules of the real one that convene leans on (facts: LXD 5.0.2, doc/rest-api.md). */
import type { Lxd } from "../../src/lxd/lxd.ts";
import type { LxdEvent, LxdImage, LxdInstance, LxdVolume } from "../../src/lxd/schema.ts";
import { LXD_STATUS } from "../../src/lxd/status-codes.ts";
import { ConveneError } from "../../src/system/errors.ts";
import {
  type Guest,
  type GuestData,
  bootGuest,
  createGuest,
  execInGuest,
  writeInGuest,
} from "./fake-guest.ts";

const { stopped: STOPPED, running: RUNNING, frozen: FROZEN } = LXD_STATUS;

type Config = Readonly<Record<string, string>>;
type Devices = Readonly<Record<string, Config>>;

export interface SimulatedInstance {
  name: string;
  status: number;
  config: Config;
  devices: Devices;
  description: string;
  readonly guest: Guest;
  /** Used when no volume is there to keep it. */
  readonly data: GuestData;
}

export interface SimulatedVolume {
  readonly name: string;
  config: Config;
  /** What is on it: accounts, and keys for Consul's. */
  readonly data: GuestData;
  readonly kv: Map<string, string>;
}

export interface SimulatedImage {
  readonly fingerprint: string;
  readonly alias: string;
  readonly properties: Config;
}

export interface SimulatedLxd {
  readonly lxd: Lxd;
  readonly instances: Map<string, SimulatedInstance>;
  /** By `pool/name`. */
  readonly volumes: Map<string, SimulatedVolume>;
  readonly images: Map<string, SimulatedImage>;
  /** Something happened by itself or by somebody's hand: what follows the events is told. */
  emit(action: string, path: string): void;
}

export function createSimulatedLxd(): SimulatedLxd {
  const instances = new Map<string, SimulatedInstance>();
  const volumes = new Map<string, SimulatedVolume>();
  const images = new Map<string, SimulatedImage>();
  const followers = new Set<(event: LxdEvent) => void>();
  let published = 0;
  const emit = (action: string, path: string) => {
    const metadata = { action, source: `/1.0/${path}` };
    for (const follower of followers)
      follower({ type: "lifecycle", timestamp: "2026-11-22T00:00:00Z", metadata });
  };
  const need = (name: string): SimulatedInstance => {
    const found = instances.get(name);
    if (found) return found;
    throw failure("LxdNotFound", "Instance not found");
  };
  const dataOf = (instance: SimulatedInstance): GuestData => {
    for (const device of Object.values(instance.devices)) {
      const volume = volumes.get(`${device["pool"] ?? ""}/${device["source"] ?? ""}`);
      if (volume) return volume.data;
    }
    return instance.data;
  };
  const running = (name: string): SimulatedInstance => {
    const instance = need(name);
    if (instance.status === FROZEN) throw failure("LxdError", "Instance is frozen");
    if (instance.status !== RUNNING) throw failure("LxdError", "Instance is not running");
    return instance;
  };
  const checkDevices = (devices: Devices) => {
    const all = Object.values(devices);
    if (!all.some((device) => device["path"] === "/"))
      throw failure("LxdError", "Failed getting root disk: No root device could be found");
    for (const { type, source, pool } of all) {
      if (type === "disk" && source !== undefined && !volumes.has(`${pool ?? ""}/${source}`))
        throw failure("LxdError", `Storage volume not found: ${source}`);
    }
  };

  const lxd: Lxd = {
    server: async () => ({ version: "5.0.2", extensions: new Set() }),
    instances: async () => [...instances.values()].map(asInstance),
    instance: async (name) => {
      const found = instances.get(name);
      return found ? asInstance(found) : undefined;
    },
    images: async () => [...images.values()].map(asImage),
    volumes: async (pool) =>
      [...volumes]
        .filter(([key]) => key.startsWith(`${pool}/`))
        .map(([, volume]) => asVolume(volume, usersOf(volume.name, instances))),
    network: async () => undefined,
    pool: async () => undefined,
    operations: async () => [],
    addresses: async (name) =>
      need(name).status === RUNNING ? addressesOf(need(name)).concat("fd42::1") : [],
    createInstance: async (spec) => {
      if (instances.has(spec.name))
        throw failure("LxdAlreadyExists", 'This "instances" entry already exists');
      if (!images.has(spec.image)) throw failure("LxdError", "Image not provided for instance creation");
      checkDevices(spec.devices);
      instances.set(spec.name, {
        name: spec.name,
        status: STOPPED,
        config: { ...spec.config, "volatile.base_image": spec.image, "volatile.apply_template": "create" },
        devices: spec.devices,
        description: spec.description,
        guest: createGuest(),
        data: { accounts: new Map() },
      });
      emit("instance-created", `instances/${spec.name}`);
    },
    patchInstance: async (name, patch) => {
      const instance = need(name);
      const config = Object.entries({ ...instance.config, ...patch.config });
      const devices = { ...instance.devices, ...patch.devices };
      checkDevices(devices);
      instance.config = Object.fromEntries(config.filter(([, value]) => value !== ""));
      instance.devices = devices;
      emit("instance-updated", `instances/${name}`);
    },
    putInstance: async (name, next) => {
      const instance = need(name);
      checkDevices(next.devices);
      const kept = Object.entries(instance.config).filter(([key]) => /^(volatile|image)\./.test(key));
      instance.config = { ...next.config, ...Object.fromEntries(kept) };
      instance.devices = next.devices;
      instance.description = next.description;
      emit("instance-updated", `instances/${name}`);
    },
    startInstance: async (name) => {
      const instance = need(name);
      if (instance.status === RUNNING) return;
      if (instance.status === STOPPED) {
        checkStart(instance, instances);
        bootGuest(instance.guest);
        const { "volatile.apply_template": _, ...config } = instance.config;
        instance.config = config;
      }
      instance.status = RUNNING;
      emit("instance-started", `instances/${name}`);
    },
    stopInstance: async (name) => {
      const instance = need(name);
      if (instance.status === STOPPED) return;
      instance.status = STOPPED;
      instance.guest.active.clear();
      emit("instance-shutdown", `instances/${name}`);
    },
    renameInstance: async (name, to) => {
      const instance = need(name);
      if (instance.status !== STOPPED) throw failure("LxdError", "Renaming of running container not allowed");
      if (instances.has(to)) throw failure("LxdAlreadyExists", `Name "${to}" already in use`);
      instances.delete(name);
      instance.name = to;
      instances.set(to, instance);
      emit("instance-renamed", `instances/${to}`);
    },
    deleteInstance: async (name) => {
      const instance = instances.get(name);
      if (!instance) return;
      if (instance.status !== STOPPED) throw failure("LxdError", "Instance is running");
      instances.delete(name);
      emit("instance-deleted", `instances/${name}`);
    },
    exec: async (request) => {
      const instance = running(request.instance);
      return execInGuest(instance.guest, dataOf(instance), request);
    },
    writeFile: async (name, path, content, mode) => {
      writeInGuest(need(name).guest, path, Buffer.from(content).toString("utf8"), mode);
    },
    readFile: async (name, path) => {
      const file = need(name).guest.files.get(path);
      return file ? Buffer.from(file.content) : undefined;
    },
    createVolume: async (pool, name, config) => {
      if (volumes.has(`${pool}/${name}`))
        throw failure("LxdAlreadyExists", "Volume by that name already exists");
      volumes.set(`${pool}/${name}`, { name, config, data: { accounts: new Map() }, kv: new Map() });
    },
    updateVolume: async (pool, name, config) => {
      const volume = volumes.get(`${pool}/${name}`);
      if (!volume) throw failure("LxdNotFound", "Storage volume not found");
      const merged = Object.entries({ ...volume.config, ...config });
      volume.config = Object.fromEntries(merged.filter(([, value]) => value !== ""));
    },
    deleteVolume: async (pool, name) => {
      if (usersOf(name, instances).length > 0)
        throw failure("LxdError", "The storage volume is still in use");
      volumes.delete(`${pool}/${name}`);
    },
    publishImage: async (name, alias, properties) => {
      if (need(name).status !== STOPPED) throw failure("LxdError", "The instance is running");
      if ([...images.values()].some((image) => image.alias === alias))
        throw failure("LxdAlreadyExists", `Alias already exists: ${alias}`);
      published += 1;
      const fingerprint = `fingerprint-${alias}-${published}`;
      images.set(fingerprint, { fingerprint, alias, properties });
      emit("image-created", `images/${fingerprint}`);
      return fingerprint;
    },
    deleteImage: async (fingerprint) => {
      images.delete(fingerprint);
    },
    events: async (onEvent, _onReconnect, signal) => {
      followers.add(onEvent);
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
      followers.delete(onEvent);
    },
  };
  return { lxd, instances, volumes, images, emit };
}

/** Start is where LXD checks static addresses and nat proxies, also against stopped instances. */
function checkStart(instance: SimulatedInstance, all: ReadonlyMap<string, SimulatedInstance>): void {
  const own = addressesOf(instance);
  for (const other of all.values()) {
    const taken =
      other === instance ? undefined : addressesOf(other).find((address) => own.includes(address));
    if (taken !== undefined) {
      const words = `Failed start validation for device "eth0": IP address "${taken}" already defined on another NIC`;
      throw failure("LxdError", words);
    }
  }
  for (const device of Object.values(instance.devices).filter((one) => one["type"] === "proxy")) {
    const target = /^(?:tcp|udp):\[?(.+?)\]?:[0-9-]+$/.exec(device["connect"] ?? "")?.[1] ?? "";
    if (!own.includes(target))
      throw failure("LxdError", `Connect IP "${target}" must be one of the instance's static IP addresses`);
  }
}

function addressesOf(instance: SimulatedInstance): string[] {
  return Object.values(instance.devices)
    .filter((device) => device["type"] === "nic")
    .flatMap((device) => [device["ipv4.address"], device["ipv6.address"]])
    .filter((address) => address !== undefined);
}

function usersOf(volume: string, instances: ReadonlyMap<string, SimulatedInstance>): string[] {
  return [...instances.values()]
    .filter((instance) => Object.values(instance.devices).some((device) => device["source"] === volume))
    .map((instance) => `/1.0/instances/${instance.name}`);
}

function asInstance(instance: SimulatedInstance): LxdInstance {
  const { name, status, config, devices, description } = instance;
  const fixed = { profiles: [], created_at: "", architecture: "x86_64", ephemeral: false, stateful: false };
  return { name, status_code: status, config, devices, description, ...fixed };
}

function asImage({ fingerprint, alias, properties }: SimulatedImage): LxdImage {
  return { fingerprint, aliases: [{ name: alias }], properties, size: 1, created_at: "" };
}

function asVolume({ name, config }: SimulatedVolume, usedBy: readonly string[]): LxdVolume {
  return { name, type: "custom", description: "", config, used_by: usedBy };
}

function failure(code: string, message: string): ConveneError {
  return new ConveneError({ code, message });
}
