/** The host's own programs that setting up and running need, looked for before anything is made. */
import { join } from "node:path";
import { ConveneError } from "../system/errors.ts";
import { isThere } from "./files.ts";

/** By program, the Debian package that brings it. LXD itself packs images with zstd, and has none of its own. */
const NEEDED: Readonly<Record<string, string>> = {
  git: "git",
  debootstrap: "debootstrap",
  mksquashfs: "squashfs-tools",
  zstd: "zstd",
};
const FOLDERS: readonly string[] = [
  "/usr/local/sbin",
  "/usr/local/bin",
  "/usr/sbin",
  "/usr/bin",
  "/sbin",
  "/bin",
];

/** Throws `ProgramsMissing` with the one command that installs all of them. */
export async function requirePrograms(folders: readonly string[] = FOLDERS): Promise<void> {
  const missing: string[] = [];
  for (const program of Object.keys(NEEDED)) {
    const places = await Promise.all(folders.map(async (folder) => await isThere(join(folder, program))));
    if (!places.includes(true)) missing.push(program);
  }
  if (missing.length === 0) return;
  const packages = missing.map((program) => NEEDED[program] ?? program).join(" ");
  throw new ConveneError({
    code: "ProgramsMissing",
    message: `this host has no ${missing.join(", ")}`,
    hint: `apt-get install --no-install-recommends ${packages}, then run this again`,
  });
}
