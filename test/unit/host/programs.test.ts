/** A host that lacks programs is told all of them at once, before anything is changed. */
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { requirePrograms } from "../../../src/host/programs.ts";
import { failureOf } from "../../lab/failure.ts";

const ALL = [
  "git",
  "git-shell",
  "debootstrap",
  "mksquashfs",
  "unsquashfs",
  "zstd",
  "nft",
  "unshare",
  "sysctl",
];

describe("the host's programs", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "convene-programs-"));
    for (const name of ALL) await writeFile(join(folder, name), "", { mode: 0o755 });
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it("are enough when each is in one of the folders", async () => {
    expect(await requirePrograms(["/nonexistent", folder])).to.deep.equal({ outcome: "already there" });
  });

  it("that are missing or no programs are named together, with the command that installs them", async () => {
    await rm(join(folder, "zstd"));
    await rm(join(folder, "mksquashfs"));
    await chmod(join(folder, "unsquashfs"), 0o644);
    const error = await failureOf(requirePrograms([folder]));
    expect(error.message).to.equal("this host has no mksquashfs, unsquashfs, zstd");
    expect(error.hint).to.include("apt-get install squashfs-tools zstd");
  });
});
