/** Reading a folder of manifests from disk. */
import { expect } from "chai";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readFolder } from "../../../src/source/read-folder.ts";
import { TREE_LIMITS } from "../../../src/source/tree-limits.ts";
import { failureOf } from "../../lab/failure.ts";

describe("a folder of manifests", () => {
  let folder = "";

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "convene-folder-"));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it("is read below, sorted, without .git", async () => {
    await mkdir(join(folder, "sub/.git"), { recursive: true });
    await writeFile(join(folder, "site.yaml"), "a");
    await writeFile(join(folder, "sub/b.yaml"), "b");
    await writeFile(join(folder, "sub/.git/config"), "c");
    expect((await readFolder(folder)).map((file) => file.path)).to.deep.equal(["site.yaml", "sub/b.yaml"]);
  });

  it("is refused with a symbolic link, even to a folder", async () => {
    await symlink("/etc", join(folder, "etc"));
    expect((await failureOf(readFolder(folder))).message).to.include('"etc" is a symbolic link');
  });

  it("is bounded before a file is read", async () => {
    await writeFile(join(folder, "big.yaml"), "x".repeat(100));
    const error = await failureOf(readFolder(folder, { ...TREE_LIMITS, fileBytes: 99 }));
    expect(error.message).to.include("a file of 100 bytes");
  });

  it("says which folder cannot be read", async () => {
    expect((await failureOf(readFolder(join(folder, "none")))).message).to.include(join(folder, "none"));
  });
});
