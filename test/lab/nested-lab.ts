/** An LXD project of hosts in containers: privileged ones, with systemd, an LXD of their own and a network between them. */
import { createLxdAdministration } from "../../src/lxd/administration.ts";
import type { LxdAdministration } from "../../src/lxd/administration.ts";
import { createLxd } from "../../src/lxd/client.ts";
import type { Lxd } from "../../src/lxd/lxd.ts";
import { createRequester } from "../../src/lxd/request.ts";
import type { Requester } from "../../src/lxd/request.ts";
import { createUnixHttp } from "../../src/lxd/unix-http.ts";
import { systemClock } from "../../src/system/clock.ts";
import { lxdSocket } from "./lxd-project.ts";

export interface NestedLabOptions {
  /** Project and, with a `0` behind it, bridge: at most 14 characters, unlike every other test's. */
  readonly name: string;
  /** Third byte of the bridge's 10.66.x.1/24. */
  readonly subnet: number;
}

export interface NestedLab {
  readonly project: string;
  readonly lxd: Lxd;
  readonly administration: LxdAdministration;
  readonly requester: Requester;
  /** Starts a host and waits until it has booted and has its address. */
  launch(name: string, image: string, hostPart: number): Promise<NestedHost>;
  remove(): Promise<void>;
}

export interface NestedHost {
  readonly name: string;
  readonly address: string;
  /** Runs a script of sh as root; answers its standard output, throws with what it said when it fails. */
  run(script: string, timeoutMs?: number): Promise<string>;
  /** The same, however it ends. */
  attempt(script: string, timeoutMs?: number): Promise<NestedOutcome>;
  write(path: string, content: string | Uint8Array, mode: string): Promise<void>;
  /** As a power cut does. */
  restart(): Promise<void>;
}

export interface NestedOutcome {
  readonly exitCode: number;
  /** Both outputs, the errors last. */
  readonly output: string;
}

const POOL = "convene";
const COMMAND_DEADLINE_MS = 60_000;
const BOOT_DEADLINE_MS = 60_000;
const BOOTED = "until [ -S /run/systemd/private ] && ip route | grep -q ^default; do sleep 0.2; done";

/** Makes project and network anew; what an earlier, killed run left is removed first. */
export async function createNestedLab({ name, subnet }: NestedLabOptions): Promise<NestedLab> {
  const socketPath = lxdSocket();
  const administration = createLxdAdministration({ socketPath, clock: systemClock });
  const network = `${name}0`;
  const remove = async (): Promise<void> => {
    await administration.deleteProject(name);
    await administration.deleteNetwork(network);
  };
  await remove();
  await administration.ensurePool({ name: POOL, driver: "btrfs", description: "", config: { size: "8GiB" } });
  await administration.ensureNetwork({
    name: network,
    description: "convene test",
    config: { "ipv4.address": `10.66.${subnet}.1/24`, "ipv4.nat": "true", "ipv6.address": "none" },
  });
  await administration.ensureProject({
    name,
    description: "convene test",
    networks: [network],
    // A host in a container needs what convene's own project forbids.
    config: { restricted: "false" },
  });
  const lxd = createLxd({ socketPath, project: name, clock: systemClock });
  return {
    project: name,
    lxd,
    administration,
    requester: createRequester(createUnixHttp(socketPath), name),
    remove,
    launch: async (instance, image, hostPart) => {
      const address = `10.66.${subnet}.${hostPart}`;
      await lxd.createInstance({
        name: instance,
        description: "convene test",
        image,
        config: { "security.privileged": "true", "security.nesting": "true" },
        devices: {
          root: { type: "disk", path: "/", pool: POOL },
          eth0: { type: "nic", name: "eth0", network, "ipv4.address": address },
        },
      });
      const host = nestedHost(lxd, instance, address);
      await lxd.startInstance(instance);
      await host.run(BOOTED, BOOT_DEADLINE_MS);
      return host;
    },
  };
}

function nestedHost(lxd: Lxd, name: string, address: string): NestedHost {
  const attempt = async (script: string, timeoutMs = COMMAND_DEADLINE_MS) => {
    const command = ["sh", "-euc", script];
    return await lxd.exec({ instance: name, command, timeoutMs, environment: { HOME: "/root" } });
  };
  const run = async (script: string, timeoutMs?: number): Promise<string> => {
    const { exitCode, stdout, stderr } = await attempt(script, timeoutMs);
    if (exitCode === 0) return stdout;
    throw new Error(`on ${name}, exit code ${exitCode}: ${script}\n${stdout}${stderr}`);
  };
  return {
    name,
    address,
    run,
    attempt: async (script, timeoutMs) => {
      const { exitCode, stdout, stderr } = await attempt(script, timeoutMs);
      return { exitCode, output: `${stdout}${stderr}` };
    },
    write: async (path, content, mode) => await lxd.writeFile(name, path, content, mode),
    restart: async () => {
      await lxd.stopInstance(name, 0);
      await lxd.startInstance(name);
      await run(BOOTED, BOOT_DEADLINE_MS);
    },
  };
}
