/** A real bare repository and a real clone beside it, in a folder of their own. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";

const run = promisify(execFile);

const failedRun = z
  .object({ code: z.number(), stdout: z.string(), stderr: z.string() })
  .transform(({ code, stdout, stderr }) => ({ code, output: stdout + stderr }));

export interface GitRun {
  readonly code: number;
  readonly output: string;
}

export interface TestRepository extends AsyncDisposable {
  readonly folder: string;
  readonly bare: string;
  readonly clone: string;
  /** git in the clone; rejects when it fails. Resolves to its trimmed output. */
  git(...args: readonly string[]): Promise<string>;
  /** git in the clone with bytes on its standard input. */
  gitInput(input: string, ...args: readonly string[]): Promise<string>;
  /** git in the clone, never rejecting: exit code and everything printed. */
  tryGit(...args: readonly string[]): Promise<GitRun>;
  /** Writes files into the clone and commits them; resolves to the commit. */
  commit(files: Readonly<Record<string, string | Uint8Array>>, message?: string): Promise<string>;
}

/** Variables a developer's own git configuration would otherwise bring in. */
export const GIT_TEST_ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: process.env["PATH"] ?? "/usr/bin:/bin",
  HOME: "/nonexistent",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "Test",
  GIT_AUTHOR_EMAIL: "test@example.org",
  GIT_COMMITTER_NAME: "Test",
  GIT_COMMITTER_EMAIL: "test@example.org",
};

/** `extra` variables reach git, and the hooks it starts, in `tryGit` only. */
export async function createTestRepository(
  extra: Readonly<Record<string, string>> = {},
): Promise<TestRepository> {
  const folder = await mkdtemp(join(tmpdir(), "convene-git-"));
  const bare = join(folder, "site.git");
  const clone = join(folder, "site");
  const options = { env: { ...GIT_TEST_ENVIRONMENT }, timeout: 60_000, maxBuffer: 64 * 1024 * 1024 };
  await run("git", ["init", "-q", "--bare", "-b", "main", bare], options);
  await run("git", ["-C", bare, "config", "receive.advertisePushOptions", "true"], options);
  await run("git", ["init", "-q", "-b", "main", clone], options);
  await run("git", ["-C", clone, "remote", "add", "origin", bare], options);

  const git = async (...args: readonly string[]): Promise<string> =>
    (await run("git", ["-C", clone, ...args], options)).stdout.trim();

  return {
    folder,
    bare,
    clone,
    git,
    gitInput: async (input, ...args) => {
      const child = run("git", ["-C", clone, ...args], options);
      child.child.stdin?.end(input);
      return (await child).stdout.trim();
    },
    tryGit: async (...args) => {
      try {
        const { stdout, stderr } = await run("git", ["-C", clone, ...args], {
          ...options,
          env: { ...options.env, ...extra },
        });
        return { code: 0, output: stdout + stderr };
      } catch (error) {
        return failedRun.parse(error);
      }
    },
    commit: async (files, message = "change") => {
      for (const [path, content] of Object.entries(files)) {
        await mkdir(dirname(join(clone, path)), { recursive: true });
        await writeFile(join(clone, path), content);
      }
      await git("add", "-A");
      await git("commit", "-q", "--allow-empty", "-m", message);
      return git("rev-parse", "HEAD");
    },
    [Symbol.asyncDispose]: async () => rm(folder, { recursive: true, force: true }),
  };
}
