/** The host's programs that init and LXD need, looked for before anything is changed. */
import { access, constants } from "node:fs/promises";
import { join } from "node:path";
import { ConveneError } from "../system/errors.ts";
import type { StepResult } from "./step.ts";

/** Program → the Debian package that brings it. LXD calls zstd, mksquashfs and dnsmasq itself. */
const PACKAGES: Readonly<Record<string, string>> = {
  git: "git",
  "git-shell": "git",
  debootstrap: "debootstrap",
  mksquashfs: "squashfs-tools",
  unsquashfs: "squashfs-tools",
  zstd: "zstd",
  nft: "nftables",
  unshare: "util-linux",
  sysctl: "procps",
};
const FOLDERS = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"] as const;

/** Throws `ProgramsMissing` with the one command that installs them all. */
export async function requirePrograms(folders: readonly string[] = FOLDERS): Promise<StepResult> {
  const names = Object.keys(PACKAGES);
  const found = await Promise.all(names.map(async (name) => await isThere(name, folders)));
  const missing = names.filter((_, index) => found[index] === false);
  if (missing.length === 0) return { outcome: "already there" };
  const packages = [...new Set(missing.map((name) => PACKAGES[name]))].join(" ");
  throw new ConveneError({
    code: "ProgramsMissing",
    message: `this host has no ${missing.join(", ")}`,
    hint: `run \`apt-get install ${packages}\`, then init again`,
  });
}

async function isThere(name: string, folders: readonly string[]): Promise<boolean> {
  for (const folder of folders) {
    try {
      await access(join(folder, name), constants.X_OK);
      return true;
    } catch {
      // Not in this folder; perhaps in the next.
    }
  }
  return false;
}
