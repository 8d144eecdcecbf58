/** Shows this checkout at a path that the agent's user can reach, wherever it lies (root's home is closed to it). */
import { mkdir, rmdir, stat } from "node:fs/promises";
import { runCommand } from "../../src/host/command.ts";
import { isThere, readFileIfThere } from "../../src/host/files.ts";

/** Mounts `checkout` read-only at `mountPoint`; repeating it changes nothing. */
export async function mountCheckout(checkout: string, mountPoint: string): Promise<void> {
  if ((await isMounted(mountPoint)) && (await isSameFolder(checkout, mountPoint))) return;
  await unmountCheckout(mountPoint);
  await mkdir(mountPoint, { recursive: true, mode: 0o755 });
  await runCommand({ command: "mount", arguments: ["-o", "bind,ro", checkout, mountPoint] });
}

/** Takes the mount away; only an empty folder is removed, never what was mounted. */
export async function unmountCheckout(mountPoint: string): Promise<void> {
  while (await isMounted(mountPoint))
    await runCommand({ command: "umount", arguments: ["--lazy", mountPoint] });
  if (await isThere(mountPoint)) await rmdir(mountPoint);
}

/** A checkout that was deleted and cloned again is another folder under the same name. */
async function isSameFolder(one: string, other: string): Promise<boolean> {
  const [first, second] = await Promise.all([stat(one), stat(other)]);
  return first.ino === second.ino && first.dev === second.dev;
}

async function isMounted(mountPoint: string): Promise<boolean> {
  const mounts = (await readFileIfThere("/proc/self/mountinfo")) ?? "";
  return mounts.split("\n").some((line) => line.split(" ")[4] === mountPoint);
}
