/** The site repository as the agent sees it: read by its directory, never changed, never fetched from. */
import { join } from "node:path";
import { GitError, GitPluginError } from "simple-git";
import type { TreeFile } from "../control/agent-api.ts";
import { ConveneError } from "../system/errors.ts";
import { createGit, type GitOptions } from "./git.ts";
import { readTree } from "./read-tree.ts";
import { rememberRef } from "./remembered-ref.ts";
import { isCommit } from "./revision.ts";
import { TREE_LIMITS, type TreeLimits } from "./tree-limits.ts";

export interface SourceRepository {
  /** The commit of the deployed branch; undefined while the branch does not exist. */
  resolveBranch(): Promise<string | undefined>;
  /** Like resolveBranch, but a missing branch is `EmptyRepository` or `BranchMissing`. */
  requireBranch(): Promise<string>;
  /** The commit a name, abbreviation or ref stands for; undefined when there is none. */
  resolve(name: string): Promise<string | undefined>;
  readTree(commit: string): Promise<readonly TreeFile[]>;
  /** Whether `ancestor` is `descendant` or is among its ancestors. */
  isAncestor(ancestor: string, descendant: string): Promise<boolean>;
  /** Number of files that differ; `from` undefined means an empty tree. */
  countChanges(from: string | undefined, to: string): Promise<number>;
}

export interface RepositoryOptions
  extends Pick<GitOptions, "gitDirectory" | "signal" | "quarantine" | "path"> {
  readonly branch: string;
  readonly limits?: TreeLimits;
}

/** Opens nothing yet: every call is one short git process, but for a branch that has not moved. */
export function openRepository(options: RepositoryOptions): SourceRepository {
  const git = (): ReturnType<typeof createGit> => createGit({ ...options, maximumOutput: 4 * 1024 * 1024 });

  async function resolve(name: string): Promise<string | undefined> {
    if (name === "" || name.startsWith("-")) return undefined;
    const answer = await translate(options, async () =>
      git().raw(["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`]),
    );
    const commit = answer.trim();
    return isCommit(commit) ? commit : undefined;
  }

  const branch = `refs/heads/${options.branch}`;
  const resolveBranch = rememberRef(join(options.gitDirectory, branch), async () => resolve(branch));

  return {
    resolve,
    resolveBranch,
    requireBranch: async () => {
      const commit = await resolveBranch();
      if (commit !== undefined) return commit;
      const refs = await translate(options, async () =>
        git().raw(["for-each-ref", "--count=20", "--format=%(refname:short)", "refs/heads"]),
      );
      throw branchError(options.branch, refs.trim().split("\n").filter(Boolean));
    },
    readTree: async (commit) =>
      translate(options, async () => readTree(options, commit, options.limits ?? TREE_LIMITS)),
    isAncestor: async (ancestor, descendant) => {
      const base = await translate(options, async () => git().raw(["merge-base", ancestor, descendant]));
      return base.trim() === ancestor;
    },
    countChanges: async (from, to) => {
      const range = from === undefined ? ["--root", to] : [from, to];
      const output = await translate(options, async () =>
        git().raw([
          "diff-tree",
          "-r",
          "-z",
          "--no-ext-diff",
          "--no-textconv",
          "--no-commit-id",
          "--name-only",
          ...range,
        ]),
      );
      return output.split("\0").filter(Boolean).length;
    },
  };
}

function branchError(branch: string, existing: readonly string[]): ConveneError {
  if (existing.length === 0) {
    return new ConveneError({
      code: "EmptyRepository",
      message: "the site repository has no commit yet",
      hint: `push the desired state to it: git push REPOSITORY HEAD:${branch}`,
    });
  }
  return new ConveneError({
    code: "BranchMissing",
    message: `the site repository has no branch ${branch}, only ${existing.join(", ")}`,
    hint: `push to ${branch}, or set \`branch\` in /etc/convene/config.yaml`,
  });
}

/** Gives git's own words in a ConveneError. */
async function translate<T>(options: RepositoryOptions, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ConveneError) throw error;
    options.signal?.throwIfAborted();
    const words = error instanceof Error ? error.message.trim() : String(error);
    throw new ConveneError({
      code: "GitOperationFailed",
      message:
        error instanceof GitPluginError && error.plugin === "timeout"
          ? `git gave no answer in ${options.gitDirectory} in time`
          : `git failed in ${options.gitDirectory}: ${words}`,
      hint: "look at the repository as the user it belongs to: `git -C DIRECTORY fsck`",
      cause: error,
      retryable: error instanceof GitError,
    });
  }
}
