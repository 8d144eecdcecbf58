/** Directories and files of the host with exactly the owner and mode they must have. */
import { chmod, chown, mkdir, readFile, rm, stat } from "node:fs/promises";
import { writeFileAtomically } from "../system/atomic-file.ts";
import { ConveneError } from "../system/errors.ts";
import type { AccountIds } from "./account.ts";
import type { StepResult } from "./step.ts";

export interface Ownership extends AccountIds {
  readonly mode: number;
}

const ROOT: AccountIds = { uid: 0, gid: 0 };

/** Owned by root, mode 0755 or as given. */
export function rootOwned(mode = 0o755): Ownership {
  return { ...ROOT, mode };
}

/** Makes the directory (its parents belong to root, 0755) and sets owner and mode where they differ. */
export async function ensureDirectory(path: string, ownership: Ownership): Promise<StepResult> {
  const created = await mkdir(path, { recursive: true, mode: 0o755 });
  const changed = await ensureOwnership(path, ownership);
  if (created !== undefined) return { outcome: "created", detail: path };
  return { outcome: changed ? "changed" : "already there", detail: path };
}

/** Writes the file when its content differs, and sets owner and mode where they differ. */
export async function ensureFile(path: string, content: string, ownership: Ownership): Promise<StepResult> {
  const before = await readFileIfThere(path);
  if (before !== content) await writeFileAtomically(path, content, ownership.mode);
  const changed = await ensureOwnership(path, ownership);
  if (before === undefined) return { outcome: "created", detail: path };
  return { outcome: before !== content || changed ? "changed" : "already there", detail: path };
}

/** Writes the file only when there is none: an existing one is the operator's; owner and mode are still set. */
export async function ensureFileExists(
  path: string,
  content: () => Promise<string> | string,
  ownership: Ownership,
): Promise<StepResult> {
  const before = await readFileIfThere(path);
  return await ensureFile(path, before ?? (await content()), ownership);
}

export async function readFileIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw new ConveneError({
      code: "FileUnreadable",
      message: `${path}: ${String(error)}`,
      hint: `look at ${path} with \`ls -ld\``,
      cause: error,
    });
  }
}

/** Removes a file or a whole directory. */
export async function removePath(path: string): Promise<StepResult> {
  if (!(await isThere(path))) return { outcome: "not there", detail: path };
  await rm(path, { recursive: true, force: true });
  return { outcome: "removed", detail: path };
}

export async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

async function ensureOwnership(path: string, wanted: Ownership): Promise<boolean> {
  const found = await stat(path);
  const wrongOwner = found.uid !== wanted.uid || found.gid !== wanted.gid;
  if (wrongOwner) await chown(path, wanted.uid, wanted.gid);
  const wrongMode = (found.mode & 0o7777) !== wanted.mode;
  if (wrongMode || wrongOwner) await chmod(path, wanted.mode);
  return wrongOwner || wrongMode;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}
