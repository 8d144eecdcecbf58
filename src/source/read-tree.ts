/** Reads every file of a commit straight from the object database, bounded, without a checkout. */
import type { TreeFile } from "../control/agent-api.ts";
import { ConveneError } from "../system/errors.ts";
import { createGit, type GitOptions } from "./git.ts";
import {
  submoduleRefused,
  symlinkRefused,
  TreeBudget,
  type TreeLimits,
  treeTooLarge,
} from "./tree-limits.ts";

interface Entry {
  readonly path: string;
  readonly object: string;
  readonly bytes: number;
}

/** `<mode> <type> <object> <size>\t<path>` (git-ls-tree(1), -l -z). */
const ENTRY = /^(\d{6}) (blob|commit|tree) ([0-9a-f]+) +(\d+|-)\t([\s\S]+)$/;
/** Mode, type, hash and size of one listed entry, generously. */
const ENTRY_OVERHEAD = 128;

/** The files of `commit` (a full object name), in git's order. */
export async function readTree(
  options: GitOptions,
  commit: string,
  limits: TreeLimits,
): Promise<readonly TreeFile[]> {
  const entries = await listEntries(options, commit, limits);
  if (entries.length === 0) return [];
  const input = Buffer.from(`${entries.map((entry) => entry.object).join("\n")}\n`);
  const overhead = entries.length * ENTRY_OVERHEAD;
  const git = createGit({ ...options, input, maximumOutput: limits.totalBytes + overhead });
  const output: unknown = await git.binaryCatFile(["--batch"]);
  if (!Buffer.isBuffer(output)) throw unreadable(commit, "git cat-file printed nothing");
  return splitBatch(output, entries, commit);
}

async function listEntries(
  options: GitOptions,
  commit: string,
  limits: TreeLimits,
): Promise<readonly Entry[]> {
  const maximumOutput = (limits.files + 1) * (limits.pathBytes + ENTRY_OVERHEAD);
  const budget = new TreeBudget(limits);
  const git = createGit({ ...options, maximumOutput });
  let listing: string;
  try {
    listing = await git.raw(["ls-tree", "-r", "-z", "-l", "--full-tree", commit]);
  } catch (error) {
    if (/abort/i.test(String(error)) && options.signal?.aborted !== true) {
      throw treeTooLarge("/", `its list alone has more than ${maximumOutput} bytes`);
    }
    throw error;
  }
  return listing
    .split("\0")
    .filter((line) => line !== "")
    .map((line) => parseEntry(line, budget, commit));
}

function parseEntry(line: string, budget: TreeBudget, commit: string): Entry {
  const [, mode, type, object, size, path] = ENTRY.exec(line) ?? [];
  if (!mode || !object || !size || !path)
    throw unreadable(commit, `git ls-tree printed ${JSON.stringify(line)}`);
  if (mode === "120000") throw symlinkRefused(path);
  if (type === "commit") throw submoduleRefused(path);
  const bytes = Number(size);
  budget.add(path, bytes);
  return { path, object, bytes };
}

/** The answers of `cat-file --batch`: `<object> blob <size>\n<content>\n`, in the order asked. */
function splitBatch(output: Buffer, entries: readonly Entry[], commit: string): readonly TreeFile[] {
  let offset = 0;
  return entries.map((entry) => {
    const end = output.indexOf(0x0a, offset);
    const header = end < 0 ? "" : output.toString("latin1", offset, end);
    if (header !== `${entry.object} blob ${entry.bytes}`) {
      throw unreadable(commit, `${entry.path}: git cat-file printed ${JSON.stringify(header.slice(0, 120))}`);
    }
    const start = end + 1;
    offset = start + entry.bytes + 1;
    if (offset > output.length) throw unreadable(commit, `${entry.path}: git cat-file stopped early`);
    return { path: entry.path, content: output.subarray(start, start + entry.bytes) };
  });
}

function unreadable(commit: string, what: string): ConveneError {
  return new ConveneError({
    code: "RepositoryUnreadable",
    message: `cannot read commit ${commit}: ${what}`,
    hint: "run `git fsck` in the site repository as its owner",
    retryable: true,
  });
}
