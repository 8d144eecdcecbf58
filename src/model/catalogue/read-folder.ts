/** Reads the files of one catalogue folder, bounded, from the search path: the first place that has a file wins. */
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { ConveneError } from "../../system/errors.ts";

/** A file and where it really lies, so that errors name what a person can open. */
export interface CatalogueFile {
  readonly path: string;
  readonly content: Uint8Array;
}

const MOST_FILES = 200;
const MOST_BYTES = 2 ** 20;

/** Names of the folders in the search path, sorted. */
export async function folderNames(searchPath: readonly string[]): Promise<readonly string[]> {
  const lists = await Promise.all(searchPath.map((place) => list(place)));
  const folders = lists
    .flat()
    .filter((entry) => entry.isDirectory() && /^[a-z0-9][a-z0-9-]*$/u.test(entry.name));
  return [...new Set(folders.map((entry) => entry.name))].toSorted();
}

/** By file name, sorted. Folders inside the folder are not read. */
export async function readFolder(
  searchPath: readonly string[],
  name: string,
): Promise<ReadonlyMap<string, CatalogueFile>> {
  const found = new Map<string, CatalogueFile>();
  for (const place of searchPath) {
    const folder = name === "" ? place : join(place, name);
    for (const entry of await list(folder)) {
      if (!entry.isFile() || entry.name.startsWith(".") || found.has(entry.name)) continue;
      if (found.size >= MOST_FILES) throw unreadable(folder, `more than ${MOST_FILES} files`, undefined);
      found.set(entry.name, await readBounded(join(folder, entry.name)));
    }
  }
  return new Map([...found].toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

async function list(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    // Not every place of the search path has every folder.
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw unreadable(folder, error instanceof Error ? error.message : String(error), error);
  }
}

async function readBounded(path: string): Promise<CatalogueFile> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    if (size > MOST_BYTES) throw unreadable(path, `${size} bytes, more than ${MOST_BYTES}`, undefined);
    return { path, content: await file.readFile() };
  } finally {
    await file.close();
  }
}

function unreadable(path: string, message: string, cause: unknown): ConveneError {
  return new ConveneError({
    code: "CatalogueUnreadable",
    message: `${path}: ${message}`,
    hint: "`catalogue:` in the host's config.yaml lists the folders that are searched",
    cause,
  });
}
