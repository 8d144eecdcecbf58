/** Which addresses and names a meeting lab uses: several run at once on a machine, and a killed one leaves its own behind. */
import { mkdir, readdir, rm, rmdir } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { removeNetwork } from "./meeting-lab-network.ts";

/** Below it a folder for each lab, on which its containers' file systems are mounted. */
const LABS = "/run/convene-meeting";
const SLOTS = 64;

export interface LabAddresses {
  /** What the site's names lead to. */
  readonly public: string;
  /** Who calls from the root namespace, as a stranger on the internet. */
  readonly outside: string;
  /** The host's own in the container network; the root namespace uses it towards the containers. */
  readonly gateway: string;
  /** CIDR of the containers. */
  readonly network: string;
}

export interface LabSlot {
  readonly namespace: string;
  /** The link in the root namespace; 15 characters at most. */
  readonly link: string;
  readonly addresses: LabAddresses;
  /** Where the file systems are mounted, in the lab's own mount namespace. */
  readonly folder: string;
  /** Gives the slot to others, namespace and processes gone. */
  release(): Promise<void>;
}

/** The first that no running process has; what a dead one left in it is removed. Throws when all are taken. */
export async function takeSlot(): Promise<LabSlot> {
  for (let number = 0; number < SLOTS; number += 1) {
    const lock = await lockSlot(number);
    if (lock !== undefined) return await clean(slot(number, lock));
  }
  throw new Error(`all ${SLOTS} meeting labs run; see ${LABS}`);
}

/** Removes what labs of dead processes left: namespaces with their processes, links and folders. */
export async function removeDeadLabs(): Promise<void> {
  for (const name of await readdir(LABS).catch(() => [])) {
    const lock = await lockSlot(Number(name));
    if (lock !== undefined) await slot(Number(name), lock).release();
  }
}

function slot(number: number, lock: Server): LabSlot {
  const namespace = `convene-meeting-${number}`;
  const link = `meeting-${number}`;
  const folder = join(LABS, String(number));
  const released: LabSlot = {
    namespace,
    link,
    folder,
    addresses: {
      public: `198.51.100.${100 + number}`,
      outside: `203.0.113.${100 + number}`,
      gateway: `10.98.${number}.1`,
      network: `10.98.${number}.0/24`,
    },
    release: async () => {
      await removeNetwork(released);
      await rm(folder, { recursive: true, force: true });
      await rmdir(LABS).catch(() => undefined);
      await new Promise((resolve) => lock.close(resolve));
    },
  };
  return released;
}

async function clean(taken: LabSlot): Promise<LabSlot> {
  await removeNetwork(taken);
  await rm(taken.folder, { recursive: true, force: true });
  await mkdir(taken.folder, { recursive: true, mode: 0o755 });
  return taken;
}

/**
 * An address of the kernel's own (unix(7), abstract sockets): only one process has it, and none that has ended.
 * Undefined when another one has it.
 */
async function lockSlot(number: number): Promise<Server | undefined> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<Server | undefined>();
  server.once("error", () => resolve(undefined));
  server.listen(`\0convene-meeting-${number}`, () => resolve(server));
  return await promise;
}
