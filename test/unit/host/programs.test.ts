import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { requirePrograms } from "../../../src/host/programs.ts";
import { failureOf } from "../../lab/failure.ts";

describe("the host's programs", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "convene-programs-"));
    for (const name of ["git", "debootstrap", "mksquashfs", "zstd"]) await writeFile(join(folder, name), "");
  });
  afterEach(async () => await rm(folder, { recursive: true }));

  it("are enough when each is in one of the folders", async () => {
    await rm(join(folder, "git"));
    await requirePrograms([folder, "/usr/bin"]);
  });

  it("are named all at once with what installs them", async () => {
    await rm(join(folder, "mksquashfs"));
    await rm(join(folder, "zstd"));
    const error = await failureOf(requirePrograms([folder]));
    expect(error.message).to.equal("this host has no mksquashfs, zstd");
    expect(error.hint).to.include("apt-get install --no-install-recommends squashfs-tools zstd");
  });
});
