/** A throw-away restricted LXD project with a bridge of its own, for integration tests. Needs root and LXD. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { createLxdAdministration } from "../../src/lxd/administration.ts";
import type { LxdAdministration } from "../../src/lxd/administration.ts";
import { createLxd } from "../../src/lxd/client.ts";
import type { InstanceSpec, Lxd } from "../../src/lxd/lxd.ts";
import { change } from "../../src/lxd/operation.ts";
import { createRequester } from "../../src/lxd/request.ts";
import type { Requester } from "../../src/lxd/request.ts";
import { createUnixHttp } from "../../src/lxd/unix-http.ts";
import { systemClock } from "../../src/system/clock.ts";
import { ConveneError } from "../../src/system/errors.ts";
import { pollUntil } from "../../src/system/retry.ts";

export const BASE_ALIAS = "debian/12";

const SOCKETS = ["/var/lib/lxd/unix.socket", "/var/snap/lxd/common/lxd/unix.socket"];

export interface LxdLabOptions {
  /** Project and, with a `0` behind it, bridge: at most 14 characters, unlike every other test's. */
  readonly name: string;
  /** Third byte of the bridge's 10.63.x.1/24. */
  readonly subnet: number;
  /** Storage pool; the lab's own btrfs pool when absent. */
  readonly pool?: string;
  /** Import the base image (a second or two); off for tests that use empty instances only. */
  readonly baseImage?: boolean;
}

export interface LxdLab {
  readonly socketPath: string;
  readonly project: string;
  readonly pool: string;
  readonly network: string;
  /** The network's addresses without the last byte: `10.63.9`. */
  readonly prefix: string;
  /** Fingerprint of the base image, "" without one. */
  readonly image: string;
  readonly lxd: Lxd;
  readonly administration: LxdAdministration;
  readonly requester: Requester;
  /** What every container of the lab has: root disk and network. */
  devices(hostPart: number): InstanceSpec["devices"];
  /** An instance without a file system's content: quick, cannot be started usefully. */
  createEmpty(name: string, config?: Record<string, string>): Promise<void>;
  /** Starts and waits until systemd inside answers. */
  start(name: string): Promise<void>;
  remove(): Promise<void>;
}

/** LXD's socket on this machine; throws when there is none. */
export function lxdSocket(): string {
  const found = SOCKETS.find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new ConveneError({
    code: "LxdUnreachable",
    message: "no LXD on this machine",
    hint: "run npm test as root",
  });
}

/** Makes project and network anew; what an earlier, killed run left is removed first. */
export async function createLxdLab(options: LxdLabOptions): Promise<LxdLab> {
  const socketPath = lxdSocket();
  const project = options.name;
  const pool = options.pool ?? "convene";
  const network = `${options.name}0`;
  const prefix = `10.63.${options.subnet}`;
  const administration = createLxdAdministration({ socketPath, clock: systemClock });
  const requester = createRequester(createUnixHttp(socketPath), project);
  const lxd = createLxd({ socketPath, project, clock: systemClock });
  const remove = async (): Promise<void> => {
    await administration.deleteProject(project);
    await administration.deleteNetwork(network);
  };
  await remove();
  await administration.ensurePool({ name: pool, driver: "btrfs", description: "", config: { size: "8GiB" } });
  await administration.ensureNetwork({
    name: network,
    description: "convene test",
    config: { "ipv4.address": `${prefix}.1/24`, "ipv4.nat": "true", "ipv6.address": "none" },
  });
  await administration.ensureProject({ name: project, description: "convene test", networks: [network] });
  const image = options.baseImage === true ? await importBase(administration, socketPath, project) : "";
  const devices = (hostPart: number): InstanceSpec["devices"] => ({
    root: { type: "disk", path: "/", pool },
    eth0: { type: "nic", name: "eth0", network, "ipv4.address": `${prefix}.${hostPart}` },
  });
  return {
    socketPath,
    project,
    pool,
    network,
    prefix,
    image,
    lxd,
    administration,
    requester,
    devices,
    remove,
    createEmpty: async (name, config = {}) => {
      const root = { root: { type: "disk", path: "/", pool } };
      const json = { name, type: "container", profiles: [], config, devices: root, source: { type: "none" } };
      const request = { method: "POST", path: "/1.0/instances", json } as const;
      await change(requester, request, { clock: systemClock, deadlineMs: 60_000 });
    },
    start: async (name) => {
      await lxd.startInstance(name);
      await systemdReady(lxd, name);
    },
  };
}

/** Commands sent before systemd listens fail with "Failed to connect to bus". */
async function systemdReady(lxd: Lxd, name: string): Promise<void> {
  const probe = async (): Promise<true | undefined> => {
    const command = ["test", "-S", "/run/systemd/private"];
    const { exitCode } = await lxd.exec({ instance: name, command, timeoutMs: 5_000 });
    return exitCode === 0 ? true : undefined;
  };
  const ready = await pollUntil(probe, { clock: systemClock, intervalMs: 100, timeoutMs: 30_000 });
  if (!ready) throw new ConveneError({ code: "LxdError", message: `systemd in ${name} did not come up` });
}

/** Copies the base image from the default project: LXD keeps an image's two files beside its socket. */
async function importBase(
  administration: LxdAdministration,
  socketPath: string,
  project: string,
): Promise<string> {
  const images = await createLxd({ socketPath, project: "default", clock: systemClock }).images();
  const base = images.find((image) => image.aliases.some((alias) => alias.name === BASE_ALIAS));
  if (!base) {
    throw new ConveneError({
      code: "LxdNotFound",
      message: `LXD's default project has no image "${BASE_ALIAS}"`,
      hint: "test/lab prepares it: run npm test",
    });
  }
  const metadata = join(dirname(socketPath), "images", base.fingerprint);
  const files = { metadata, rootfs: `${metadata}.rootfs` };
  return (await administration.importImage(project, BASE_ALIAS, files)).fingerprint;
}
