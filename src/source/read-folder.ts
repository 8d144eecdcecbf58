/** Reads a folder of manifests on disk with the same limits as a pushed tree. */
import { opendir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { TreeFile } from "../control/agent-api.ts";
import { ConveneError } from "../system/errors.ts";
import { symlinkRefused, TREE_LIMITS, TreeBudget, type TreeLimits } from "./tree-limits.ts";

/** Every file below `folder` but `.git`, sorted by path. */
export async function readFolder(
  folder: string,
  limits: TreeLimits = TREE_LIMITS,
): Promise<readonly TreeFile[]> {
  const budget = new TreeBudget(limits);
  const files: TreeFile[] = [];
  try {
    await collect(folder, "", budget, files);
  } catch (error) {
    if (error instanceof ConveneError) throw error;
    throw new ConveneError({
      code: "FolderUnreadable",
      message: `cannot read ${folder}: ${error instanceof Error ? error.message : String(error)}`,
      hint: "name the folder that holds site.yaml",
      cause: error,
    });
  }
  return files.toSorted((left, right) => (left.path < right.path ? -1 : 1));
}

async function collect(root: string, below: string, budget: TreeBudget, files: TreeFile[]): Promise<void> {
  for await (const entry of await opendir(join(root, below))) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.name === ".git") continue;
    if (entry.isSymbolicLink()) throw symlinkRefused(path);
    if (entry.isDirectory()) await collect(root, path, budget, files);
    if (!entry.isFile()) continue;
    // Counted before it is read: a file of gigabytes is refused, not loaded.
    budget.add(path, (await stat(join(root, path))).size);
    files.push({ path, content: await readFile(join(root, path)) });
  }
}
