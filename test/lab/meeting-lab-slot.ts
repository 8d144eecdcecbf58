/** Which addresses and names a meeting lab uses: several run at once on a machine, and a killed one leaves its own behind. */
import { mkdir, readdir, readFile, rm, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { removeNetwork } from "./meeting-lab-network.ts";

/** One lock file for each lab that runs, and the folder its containers' file systems are mounted on. */
const LABS = "/run/convene-meet";
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
  await mkdir(LABS, { recursive: true, mode: 0o755 });
  for (let number = 0; number < SLOTS; number += 1) {
    if (await lock(number)) return await clean(slot(number));
  }
  throw new Error(`all ${SLOTS} meeting labs run; see ${LABS}`);
}

/** Removes what labs of dead processes left: namespaces with their processes and links, folders, locks. */
export async function removeDeadLabs(): Promise<void> {
  for (const name of await readdir(LABS).catch(() => [])) {
    const number = /^(\d+)\.lock$/u.exec(name)?.[1];
    if (number !== undefined && (await lock(Number(number)))) await slot(Number(number)).release();
  }
  await rmdir(LABS).catch(() => undefined);
}

function slot(number: number): LabSlot {
  const namespace = `convene-meet-${number}`;
  const link = `convene-m${number}`;
  const folder = join(LABS, String(number));
  return {
    namespace,
    link,
    folder,
    addresses: {
      public: `198.51.100.${10 + number}`,
      outside: `203.0.113.${10 + number}`,
      gateway: `10.99.${number}.1`,
      network: `10.99.${number}.0/24`,
    },
    release: async () => {
      await removeNetwork(namespace, link);
      await rm(folder, { recursive: true, force: true });
      await rm(lockFile(number), { force: true });
      await rmdir(LABS).catch(() => undefined);
    },
  };
}

async function clean(taken: LabSlot): Promise<LabSlot> {
  await removeNetwork(taken.namespace, taken.link);
  await rm(taken.folder, { recursive: true, force: true });
  await mkdir(taken.folder, { recursive: true });
  return taken;
}

function lockFile(number: number): string {
  return join(LABS, `${number}.lock`);
}

/** True when it is this process's now. A process is told by its number and the moment it started. */
async function lock(number: number): Promise<boolean> {
  const path = lockFile(number);
  const own = `${process.pid} ${await startOf(process.pid)}`;
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      await writeFile(path, own, { flag: "wx" });
      return true;
    } catch {
      const [pid = "", start = ""] = (await readFile(path, "utf8").catch(() => "")).split(" ");
      if (start !== "" && (await startOf(Number(pid))) === start) return false;
      await rm(path, { force: true });
    }
  }
  return false;
}

/** Field 22 of /proc/PID/stat, counted behind the name in parentheses; undefined when there is no such process. */
async function startOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}
