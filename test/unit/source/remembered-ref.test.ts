/** A branch that has not moved costs no git process; one that has is asked about. */
import { expect } from "chai";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rememberRef } from "../../../src/source/remembered-ref.ts";

const FIRST = "1".repeat(40);
const SECOND = "2".repeat(40);

describe("the branch's remembered commit", () => {
  let folder: string;
  let file: string;
  let answer: string | undefined;
  let asked: number;
  const ask = async () => {
    asked += 1;
    return answer;
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "convene-ref-"));
    file = join(folder, "main");
    asked = 0;
  });
  afterEach(async () => rm(folder, { recursive: true }));

  it("is asked for once while the file stays as it is", async () => {
    await writeFile(file, `${FIRST}\n`);
    answer = FIRST;
    const tip = rememberRef(file, ask);
    expect([await tip(), await tip(), await tip()]).to.deep.equal([FIRST, FIRST, FIRST]);
    expect(asked).to.equal(1);
  });

  it("is asked for again when the file changes, and when it goes", async () => {
    await writeFile(file, `${FIRST}\n`);
    answer = FIRST;
    const tip = rememberRef(file, ask);
    await tip();
    await writeFile(file, `${SECOND}\n`);
    answer = SECOND;
    expect(await tip()).to.equal(SECOND);
    await rm(file);
    answer = undefined;
    expect(await tip()).to.equal(undefined);
    expect(asked).to.equal(3);
  });

  it("never comes from a file that says something else than git did", async () => {
    await writeFile(file, `${FIRST}\n`);
    answer = SECOND;
    const tip = rememberRef(file, ask);
    expect([await tip(), await tip()]).to.deep.equal([SECOND, SECOND]);
    expect(asked).to.equal(2);
  });

  it("of a packed branch is asked for every time", async () => {
    answer = FIRST;
    const tip = rememberRef(file, ask);
    await tip();
    await tip();
    expect(asked).to.equal(2);
  });
});
