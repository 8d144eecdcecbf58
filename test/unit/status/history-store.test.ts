import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { HistoryEntry } from "../../../src/status/history.ts";
import { createHistoryStore, trim } from "../../../src/status/history-store.ts";

function entry(pass: number, outcome = "ready"): HistoryEntry {
  return {
    at: "2026-11-22T12:00:00.000Z",
    pass,
    revision: "r1",
    wakeups: ["push"],
    outcome,
    reason: "R",
    message: "m",
    milliseconds: 5,
    actions: [
      {
        id: "create container/turn",
        cause: "new",
        reason: "it is missing",
        result: "done",
        changes: [{ field: "image", after: "a", origin: { file: "site.yaml", line: 3, column: 1 } }],
      },
    ],
  };
}

describe("history on disk", () => {
  let directory: string;
  let path: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "convene-history-"));
    path = join(directory, "history.jsonl");
  });

  afterEach(() => rm(directory, { recursive: true, force: true }));

  const passes = async (limit = 1000) => (await createHistoryStore(path).list(limit)).map((one) => one.pass);

  it("is empty before the first entry", async () => {
    expect(await passes()).to.deep.equal([]);
  });

  it("gives back what was written, newest first, after a restart too", async () => {
    const store = createHistoryStore(path);
    await Promise.all([1, 2, 3].map((pass) => store.append(entry(pass))));
    expect(await createHistoryStore(path).list(2)).to.deep.equal([entry(3), entry(2)]);
  });

  it("is readable by its owner only", async () => {
    await createHistoryStore(path).append(entry(1));
    expect((await stat(path)).mode & 0o777).to.equal(0o600);
  });

  it("survives a line torn by a crash, and the next entry is whole", async () => {
    await createHistoryStore(path).append(entry(1));
    await appendFile(path, JSON.stringify(entry(2)).slice(0, 40));
    expect(await passes()).to.deep.equal([1]);
    await createHistoryStore(path).append(entry(3));
    expect(await passes()).to.deep.equal([3, 1]);
  });

  it("passes over lines that are no entries", async () => {
    await writeFile(path, `null\n{"pass":1}\n${JSON.stringify(entry(4))}\n\n`);
    expect(await passes()).to.deep.equal([4]);
  });

  it("does not grow without end", async () => {
    const lines = Array.from({ length: 3000 }, (_, pass) => JSON.stringify(entry(pass)));
    await writeFile(path, `${lines.join("\n")}\n`);
    await createHistoryStore(path).append(entry(3000));
    expect((await readFile(path, "utf8")).trim().split("\n").length).to.equal(500);
    expect((await passes(1))[0]).to.equal(3000);
  });

  it("never lets successes evict the last hundred failures", () => {
    const failures = Array.from({ length: 150 }, (_, pass) =>
      entry(pass, pass % 2 === 0 ? "failed" : "stalled"),
    );
    const successes = Array.from({ length: 900 }, (_, pass) => entry(1000 + pass));
    const kept = trim([...failures, ...successes]);
    expect(kept.filter((one) => one.outcome !== "ready").map((one) => one.pass)).to.deep.equal(
      failures.slice(-100).map((one) => one.pass),
    );
    expect(kept.length).to.equal(600);
  });
});
