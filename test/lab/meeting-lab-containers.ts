/**
 * The meeting lab's containers: for each a file system of its own over the machine's, with the files of image and
 * manifest at their shipped paths, in which its servers run as processes of the lab's network namespace.
 */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, chmod, chown, mkdir, readFile, realpath, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { DesiredContainer, DesiredState } from "../../src/model/desired-state.ts";
import { revealed } from "../../src/system/secret.ts";
import type { LabSlot } from "./meeting-lab-slot.ts";

const NODE_MODULES = join(import.meta.dirname, "../../node_modules");
/** Where the stand-ins lie in an image, and find packages and Node beside them. */
export const STAND_INS = "/usr/local/lib/convene-lab";

/** What Jitsi's packages and the images' set-up would have made. */
const GROUPS = "convene-tls:x:3000:turnserver\njitsi:x:3001:\n";
const USERS = "jicofo:x:3002:3001::/:/usr/sbin/nologin\njvb:x:3003:3001::/:/usr/sbin/nologin\n";

export interface LabContainer {
  readonly name: string;
  readonly address: string;
  /** The command as this container would run it; `user` in place of root. */
  inside(command: readonly string[], user?: string): readonly string[];
  /** Its file system as the machine sees it, while the lab is up. */
  readonly root: string;
  /** Files by the path they have inside. */
  read(path: string): Promise<string>;
  /** Owner and mode of what is there already stay, unless told. */
  write(
    path: string,
    content: string,
    access?: { readonly group: number; readonly mode: number },
  ): Promise<void>;
}

export interface LabContainers {
  get(name: string): LabContainer;
  /** Lets the file systems go, once nothing runs in them. */
  close(): Promise<void>;
}

export async function containersUp(slot: LabSlot, desired: DesiredState): Promise<LabContainers> {
  const holder = await hold(slot, desired.containers);
  const view = `/proc/${holder.pid}/root`;
  const made = new Map<string, LabContainer>();
  for (const container of desired.containers) {
    const root = join(slot.folder, container.name, "root");
    await install(join(view, root), container, desired);
    made.set(container.name, labContainer(container, holder.pid ?? 0, root, join(view, root)));
  }
  return {
    get: (name) => {
      const container = made.get(name);
      if (container === undefined) throw new Error(`the lab has no container ${name}`);
      return container;
    },
    close: async () => {
      if (holder.exitCode !== null || holder.signalCode !== null) return;
      const gone = once(holder, "exit");
      holder.stdin.end();
      await gone;
    },
  };
}

function labContainer(
  { name, address }: DesiredContainer,
  holder: number,
  root: string,
  seen: string,
): LabContainer {
  const enter = ["nsenter", `--mount=/proc/${holder}/ns/mnt`, `--net=/proc/${holder}/ns/net`, "--"];
  return {
    name,
    address: address.ipv4,
    root: seen,
    inside: (command, user) => [
      ...enter,
      "chroot",
      ...(user === undefined ? [] : [`--userspec=${user}`]),
      root,
      ...command,
    ],
    read: (path) => readFile(join(seen, path), "utf8"),
    write: async (path, content, access) => {
      const target = join(seen, path);
      await writeFile(target, content);
      if (access === undefined) return;
      await chown(target, 0, access.group);
      await chmod(target, access.mode);
    },
  };
}

/** A process whose mount namespace the file systems live in: they are gone with the last process, come what may. */
async function hold(
  slot: LabSlot,
  containers: readonly DesiredContainer[],
): Promise<ChildProcessWithoutNullStreams> {
  const packages = await realpath(NODE_MODULES);
  const script = mountScript(slot.folder, containers, packages);
  const holder = spawn("ip", ["netns", "exec", slot.namespace, "sh", "-euc", script], { cwd: "/" });
  const words: string[] = [];
  holder.stderr.on("data", (chunk: Buffer) => words.push(chunk.toString("utf8")));
  const ended = once(holder, "exit").then(() => {
    throw new Error(`the lab's file systems: ${words.join("")}`);
  });
  await Promise.race([once(holder.stdout, "data"), ended]);
  ended.catch(() => undefined);
  return holder;
}

function mountScript(folder: string, containers: readonly DesiredContainer[], packages: string): string {
  const lines = [`mount -t tmpfs -o mode=755 lab ${folder}`];
  for (const { name, devices } of containers) {
    const [top, root] = [join(folder, name), join(folder, name, "root")];
    lines.push(
      `mkdir -p ${top}/upper ${top}/work ${root}`,
      `mount -t overlay -o lowerdir=/,upperdir=${top}/upper,workdir=${top}/work lab ${root}`,
      `mount --rbind /dev ${root}/dev`,
      `mount -t tmpfs -o mode=1777 lab ${root}/dev/shm`,
      `mount -t proc lab ${root}/proc`,
      `mount -t tmpfs -o mode=755 lab ${root}/run`,
      `mount -t tmpfs -o mode=1777 lab ${root}/tmp`,
      `mkdir -p ${root}${STAND_INS}/node_modules`,
      `mount --bind ${packages} ${root}${STAND_INS}/node_modules`,
    );
    for (const { type, source, path } of Object.values(devices)) {
      if (type !== "disk" || source === undefined || path === undefined) continue;
      const volume = join(folder, "volumes", source);
      lines.push(`mkdir -p ${volume} ${root}${path}`, `mount --bind ${volume} ${root}${path}`);
    }
  }
  return [...lines, "echo ready", "exec cat"].join("\n");
}

/** Puts in what the image and the manifest say; everything a container's own package would own besides is the machine's. */
async function install(root: string, container: DesiredContainer, desired: DesiredState): Promise<void> {
  await appendFile(join(root, "etc/group"), GROUPS);
  await appendFile(join(root, "etc/passwd"), USERS);
  const image = desired.images.find(({ alias }) => alias === container.imageAlias);
  const owners = await readNumbers(root);
  for (const file of image?.build.files ?? []) {
    await put(root, file.path, file.content, file.mode, [0, 0]);
  }
  for (const file of container.files) {
    const numbers = [owners.users.get(file.owner) ?? 0, owners.groups.get(file.group) ?? 0] as const;
    await put(root, file.path, revealed(file.content), file.mode, numbers);
  }
}

async function put(
  root: string,
  path: string,
  content: string,
  mode: string,
  [user, group]: readonly [number, number],
): Promise<void> {
  const target = join(root, path);
  await mkdir(dirname(target), { recursive: true, mode: 0o755 });
  await writeFile(target, content);
  await chown(target, user, group);
  await chmod(target, Number.parseInt(mode, 8));
}

async function readNumbers(
  root: string,
): Promise<{ readonly users: ReadonlyMap<string, number>; readonly groups: ReadonlyMap<string, number> }> {
  const [users, groups] = await Promise.all(
    ["etc/passwd", "etc/group"].map(async (file) => {
      const lines = (await readFile(join(root, file), "utf8")).split("\n").map((line) => line.split(":"));
      return new Map(lines.map(([name = "", , number]) => [name, Number(number)] as const));
    }),
  );
  return { users: users ?? new Map(), groups: groups ?? new Map() };
}
