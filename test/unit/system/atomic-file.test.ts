import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { writeFileAtomically } from "../../../src/system/atomic-file.ts";

describe("writing a file atomically", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "convene-atomic-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("leaves exactly the file, with the mode asked for, also over one with another", async () => {
    const path = join(folder, "secret");
    await writeFile(path, "old and much longer than what comes");
    await chmod(path, 0o644);
    await writeFileAtomically(path, "new", 0o600);
    expect(await readFile(path, "utf8")).to.equal("new");
    expect((await stat(path)).mode & 0o777).to.equal(0o600);
    expect(await readdir(folder)).to.deep.equal(["secret"]);
  });

  it("shows a reader the old one or the new one, whole", async () => {
    const path = join(folder, "status");
    const versions = ["a", "b"].map((letter) => letter.repeat(200_000));
    await writeFileAtomically(path, versions[0] ?? "", 0o600);
    const seen = new Set<string>();
    const written = new AbortController();
    const reader = (async () => {
      while (!written.signal.aborted) seen.add(await readFile(path, "utf8"));
    })();
    for (let round = 0; round < 20; round += 1)
      await writeFileAtomically(path, versions[round % 2] ?? "", 0o600);
    written.abort();
    await reader;
    for (const text of seen) expect(versions).to.include(text);
  });

  it("leaves nothing behind when it cannot", async () => {
    const path = join(folder, "taken");
    await writeFileAtomically(join(folder, "other"), "x", 0o600);
    await mkdir(path);
    const error = await writeFileAtomically(path, "x", 0o600).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(Error);
    expect((await readdir(folder)).toSorted()).to.deep.equal(["other", "taken"]);
  });
});
