/** What people decided outlives the agent. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { openStateFiles } from "../../../src/agent/state-files.ts";

describe("the state files", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "convene-state-"));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it("begin with nothing decided", async () => {
    const state = await openStateFiles(directory);
    expect([state.suspension(), state.confirmed()]).to.deep.equal([undefined, new Set()]);
  });

  it("keep a suspension with its reason over a restart, until it is taken back", async () => {
    await (await openStateFiles(directory)).suspend("the summer holidays\nare long");
    const again = await openStateFiles(directory);
    expect(again.suspension()).to.equal("the summer holidays\nare long");
    await again.resume();
    expect(again.suspension()).to.equal(undefined);
    expect((await openStateFiles(directory)).suspension()).to.equal(undefined);
  });

  it("keep confirmations until they are used", async () => {
    const state = await openStateFiles(directory);
    for (const id of ["a1", "b2", "a1"]) await state.confirm([id]);
    expect((await openStateFiles(directory)).confirmed()).to.deep.equal(new Set(["a1", "b2"]));
    await state.keepConfirmations(new Set(["b2", "never given"]));
    expect((await openStateFiles(directory)).confirmed()).to.deep.equal(new Set(["b2"]));
  });

  for (const damaged of ["", "{", "[1]", '{"reason": 7}', '"x"']) {
    it(`read ${JSON.stringify(damaged)} as nothing decided`, async () => {
      for (const name of ["suspended.json", "confirmations.json"])
        await writeFile(join(directory, name), damaged);
      const state = await openStateFiles(directory);
      expect([state.suspension(), state.confirmed()]).to.deep.equal([undefined, new Set()]);
    });
  }
});
