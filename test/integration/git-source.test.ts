/** Reading the site repository: real git, hostile trees, hostile configuration, every way a ref can move. */
import { expect } from "chai";
import { chmod, mkdir, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createGit } from "../../src/source/git.ts";
import { openRepository, type SourceRepository } from "../../src/source/repository.ts";
import { TREE_LIMITS } from "../../src/source/tree-limits.ts";
import { watchRefs } from "../../src/source/watch-refs.ts";
import { systemClock } from "../../src/system/clock.ts";
import { pollUntil } from "../../src/system/retry.ts";
import { failureOf } from "../lab/failure.ts";
import { createTestRepository, type TestRepository } from "../lab/git-repository.ts";
import { silentLogger } from "../lab/silent-logger.ts";

function open(repository: TestRepository): SourceRepository {
  return openRepository({ gitDirectory: repository.bare, branch: "main" });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

describe("the site repository", function () {
  this.timeout(60_000);

  it("says whether it is empty, or the branch is missing and which there are", async () => {
    await using repository = await createTestRepository();
    const source = open(repository);
    expect(await source.resolveBranch()).to.equal(undefined);
    expect((await failureOf(source.requireBranch())).code).to.equal("EmptyRepository");
    await repository.commit({ "site.yaml": "x" });
    await repository.git("push", "-q", "origin", "main:refs/heads/other");
    const error = await failureOf(source.requireBranch());
    expect(error.code).to.equal("BranchMissing");
    expect(error.message).to.include("other");
  });

  it("gives every file of a commit, byte for byte", async () => {
    await using repository = await createTestRepository();
    const binary = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const commit = await repository.commit({
      "site.yaml": "a: 1\n",
      "empty.yaml": "",
      "deep/er/Räume mit Tab?.yaml": "x\n\n",
      "binary.bin": binary,
    });
    await repository.git("push", "-q", "origin", "main");
    const files = await open(repository).readTree(commit);
    expect(files.map((file) => file.path)).to.deep.equal([
      "binary.bin",
      "deep/er/Räume mit Tab?.yaml",
      "empty.yaml",
      "site.yaml",
    ]);
    expect(Buffer.from(files[0]?.content ?? [])).to.deep.equal(binary);
    expect(files[2]?.content).to.have.length(0);
  });

  it("knows what is an ancestor of what, and how many files differ", async () => {
    await using repository = await createTestRepository();
    const one = await repository.commit({ "a.yaml": "1", "b.yaml": "1" });
    const two = await repository.commit({ "a.yaml": "2" });
    await repository.git("push", "-q", "origin", "main");
    await repository.git("checkout", "-q", "--orphan", "apart");
    const apart = await repository.commit({ "a.yaml": "3" });
    await repository.git("push", "-q", "origin", "apart");
    const source = open(repository);
    expect(await source.isAncestor(one, two)).to.equal(true);
    expect(await source.isAncestor(two, two)).to.equal(true);
    expect(await source.isAncestor(two, one)).to.equal(false);
    expect(await source.isAncestor(one, apart)).to.equal(false);
    expect(await source.countChanges(one, two)).to.equal(1);
    expect(await source.countChanges(undefined, one)).to.equal(2);
    expect(await source.resolve(two.slice(0, 8))).to.equal(two);
    for (const name of ["nothing", "", "--all", "main..apart"]) {
      expect(await source.resolve(name), name).to.equal(undefined);
    }
  });

  it("refuses links, submodules, too many and too large files by name", async () => {
    await using repository = await createTestRepository();
    const source = open(repository);
    const refusal = async (): Promise<string> => {
      const commit = await repository.commit({});
      await repository.git("push", "-q", "--force", "origin", "main");
      const { code, message } = await failureOf(source.readTree(commit));
      await repository.git("reset", "-q", "--hard", "HEAD~1");
      await repository.git("clean", "-qffd");
      return `${code}: ${message}`;
    };
    await repository.commit({ "site.yaml": "x" });
    await symlink("site.yaml", join(repository.clone, "link.yaml"));
    expect(await refusal()).to.equal('SymlinkRefused: "link.yaml" is a symbolic link');
    await repository.git("update-index", "--add", "--cacheinfo", `160000,${"1".repeat(40)},vendored`);
    await mkdir(join(repository.clone, "vendored"));
    expect(await refusal()).to.equal('SubmoduleRefused: "vendored" is a submodule');
    await writeFile(join(repository.clone, "big.yaml"), Buffer.alloc(TREE_LIMITS.fileBytes + 1));
    expect(await refusal())
      .to.include("TreeTooLarge")
      .and.to.include("big.yaml");
    await mkdir(join(repository.clone, "many"));
    for (let index = 0; index < 2_001; index += 1)
      await writeFile(join(repository.clone, `many/${index}`), "");
    expect(await refusal()).to.include("more than 2000 files");
  });

  it("stops at a tree that names itself a million times", async () => {
    await using repository = await createTestRepository();
    const blob = await repository.gitInput("x", "hash-object", "-w", "--stdin");
    let entry = `100644 blob ${blob}`;
    for (let level = 0; level < 8; level += 1) {
      const lines = Array.from({ length: 10 }, (_, index) => `${entry}\tf${index}`);
      entry = `040000 tree ${await repository.gitInput(`${lines.join("\n")}\n`, "mktree")}`;
    }
    const tree = entry.split(" ")[2] ?? "";
    const commit = await repository.git("commit-tree", tree, "-m", "bomb");
    await repository.git("push", "-q", "origin", `${commit}:refs/heads/main`);
    const started = Date.now();
    expect((await failureOf(open(repository).readTree(commit))).code).to.equal("TreeTooLarge");
    expect(Date.now() - started).to.be.below(10_000);
  });

  it("runs nothing that the repository's own configuration names", async () => {
    await using repository = await createTestRepository();
    const one = await repository.commit({ "site.yaml": "1", ".gitattributes": "* diff=evil filter=evil\n" });
    const two = await repository.commit({ "site.yaml": "2" });
    await repository.git("push", "-q", "origin", "main");
    const mark = join(repository.folder, "ran");
    const evil = join(repository.folder, "evil.sh");
    await writeFile(evil, `#!/bin/sh\necho "$0 $*" >> ${mark}\nexit 1\n`);
    await chmod(evil, 0o755);
    const missing = "1".repeat(40);
    const settings: Readonly<Record<string, string>> = {
      "core.fsmonitor": evil,
      "core.sshCommand": evil,
      "core.pager": evil,
      "core.editor": evil,
      "core.gitProxy": evil,
      "core.hooksPath": join(repository.folder, "hooks"),
      "core.alternateRefsCommand": evil,
      "credential.helper": evil,
      "alias.ls-tree": `!${evil}`,
      "alias.cat-file": `!${evil}`,
      "diff.external": evil,
      "diff.evil.textconv": evil,
      "diff.evil.command": evil,
      "filter.evil.smudge": evil,
      "filter.evil.process": evil,
      "uploadpack.packObjectsHook": evil,
      "protocol.ext.allow": "always",
      "protocol.allow": "always",
      "extensions.partialClone": "origin",
      "core.repositoryFormatVersion": "1",
      "remote.origin.promisor": "true",
      "remote.origin.url": `ext::${evil} %S`,
      "include.path": join(repository.folder, "included"),
    };
    await mkdir(join(repository.folder, "hooks"));
    await writeFile(join(repository.folder, "included"), `[core]\n\tfsmonitor = ${evil}\n`);
    for (const [key, value] of Object.entries(settings))
      await repository.git("-C", repository.bare, "config", key, value);
    const source = open(repository);
    expect(await source.requireBranch()).to.equal(two);
    expect(await source.readTree(two)).to.have.length(2);
    expect(await source.countChanges(one, two)).to.equal(1);
    expect(await source.isAncestor(one, two)).to.equal(true);
    // An object that is not there would be asked of the promisor remote, which is a command here.
    await failureOf(source.readTree(missing));
    expect(await exists(mark)).to.equal(false);
    // The trap works: git with the user's environment falls into it.
    await repository.tryGit("-C", repository.bare, "cat-file", "-p", missing);
    expect(await exists(mark)).to.equal(true);
  });

  it("takes nothing from the caller's environment", async () => {
    await using repository = await createTestRepository();
    await repository.commit({ "site.yaml": "1" });
    await repository.git("push", "-q", "origin", "main");
    const before = { ...process.env };
    Object.assign(process.env, { GIT_DIR: "/nonexistent", GIT_EXEC_PATH: "/nonexistent", EDITOR: "false" });
    try {
      expect(await open(repository).resolveBranch()).to.be.a("string");
    } finally {
      process.env = before;
    }
  });

  it("gives up on a git that does not answer", async () => {
    await using repository = await createTestRepository();
    const slow = join(repository.folder, "bin");
    await mkdir(slow);
    await writeFile(join(slow, "git"), "#!/bin/sh\nexec sleep 60\n");
    await chmod(join(slow, "git"), 0o755);
    const git = createGit({ gitDirectory: repository.bare, timeoutMs: 200, path: `${slow}:/usr/bin:/bin` });
    const started = Date.now();
    const outcome = await git.raw(["version"]).then(
      () => "answered",
      () => "gave up",
    );
    expect(outcome).to.equal("gave up");
    expect(Date.now() - started).to.be.below(5_000);
  });
});

describe("the watch on the refs", function () {
  this.timeout(60_000);

  it("notices a push, a nested branch, a packed ref and a moved HEAD by itself", async () => {
    await using repository = await createTestRepository();
    const stop = new AbortController();
    let changes = 0;
    const options = { gitDirectory: repository.bare, logger: silentLogger, pollMs: 3_600_000 };
    await watchRefs(options, () => (changes += 1), stop.signal);
    const seen = async (what: string): Promise<void> => {
      const before = changes;
      const found = await pollUntil(async () => (changes > before ? true : undefined), {
        clock: systemClock,
        intervalMs: 5,
        timeoutMs: 2_000,
      });
      expect(found, what).to.equal(true);
      await systemClock.sleep(300);
    };
    const moves: readonly (readonly [string, readonly string[]])[] = [
      ["first push", ["push", "-q", "origin", "main"]],
      ["nested branch", ["push", "-q", "origin", "main:refs/heads/release/1.0"]],
      ["pack", ["-C", repository.bare, "pack-refs", "--all"]],
      ["push over a packed ref", ["push", "-q", "origin", "main"]],
      ["HEAD", ["-C", repository.bare, "symbolic-ref", "HEAD", "refs/heads/other"]],
      ["update-ref", ["-C", repository.bare, "update-ref", "refs/heads/by-hand", "refs/heads/main"]],
    ];
    for (const [what, words] of moves) {
      await repository.commit({ "site.yaml": what });
      const waiting = seen(what);
      await repository.git(...words);
      await waiting;
    }
    stop.abort();
    const after = changes;
    await repository.commit({ "site.yaml": "unseen" });
    await repository.git("push", "-q", "origin", "main");
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(changes).to.equal(after);
  });

  it("has the slow poll when no event comes", async () => {
    await using repository = await createTestRepository();
    const stop = new AbortController();
    const called = new Promise<void>((resolve) => {
      void watchRefs(
        { gitDirectory: repository.bare, logger: silentLogger, pollMs: 50 },
        resolve,
        stop.signal,
      );
    });
    await called;
    stop.abort();
  });
});
