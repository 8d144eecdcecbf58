/** What is remembered of the checks survives a restart, and is not written for every look. */
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect } from "chai";
import { createBoard } from "../../../src/checks/states/board.ts";
import { confirmationOf } from "../../../src/checks/states/check-state.ts";
import { createRungGraph } from "../../../src/checks/states/rung-graph.ts";
import { type CheckMemoryStore, openCheckMemory } from "../../../src/status/check-memory.ts";
import { createFakeClock, type FakeClock } from "../../lab/fake-clock.ts";
import { checkResult } from "../../lab/sample-check.ts";
import { silentLogger } from "../../lab/silent-logger.ts";

const MINUTE = 60_000;

describe("what is remembered of the checks", () => {
  let directory: string;
  let path: string;
  let clock: FakeClock;
  const { signal } = new AbortController();
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "convene-checks-"));
    path = join(directory, "checks.json");
    clock = createFakeClock();
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const open = () => openCheckMemory({ path, clock, logger: silentLogger, signal });
  const look = (ok: boolean) => ({
    result: checkResult({ name: "turn", ok, checkedAt: clock.now() }),
    transcript: ["> hello"],
  });
  const exists = () =>
    stat(path).then(
      () => true,
      () => false,
    );
  const written = async () => {
    for (let tries = 0; tries < 400; tries += 1) {
      if (await exists()) return;
      await setTimeout(5);
    }
    throw new Error("it was never written");
  };

  it("is empty before the first look", async () => {
    const memory = await open();
    expect([...memory.remembered]).to.deep.equal([]);
    expect(memory.historyOf("turn")).to.deep.equal({ looks: [], failures: [] });
    await memory.flush();
    expect(await exists()).to.equal(false);
  });

  it("goes on in the next process: states, looks, failures with what was said", async () => {
    const memory = await open();
    const board = createBoard({ clock, isCertain: () => false, explainedBy: () => undefined });
    const rung = { name: "turn", sort: "check", kind: "turn", needs: [], leansOn: [], alike: [] } as const;
    board.configure(createRungGraph([rung]), () => confirmationOf(undefined));
    memory.source(() => board.memories());
    for (const one of [look(true), look(false), look(false)]) {
      board.record(one.result);
      memory.add(one, false);
    }
    await memory.flush();
    const next = await open();
    expect(next.historyOf("turn")).to.deep.equal(memory.historyOf("turn"));
    expect(next.historyOf("turn").failures[0]?.transcript).to.deep.equal(["> hello"]);
    expect(next.remembered.get("turn")).to.deep.equal(board.memories().get("turn"));
    expect(next.remembered.get("turn")?.belief.confirmed).to.equal("down");
    expect((await stat(path)).mode & 0o777).to.equal(0o600);
  });

  it("is on disk within a second after trouble, and within five minutes otherwise", async () => {
    const memory = await open();
    memory.add(look(true), false);
    await clock.advance(4 * MINUTE);
    expect(await exists()).to.equal(false);
    await clock.advance(MINUTE);
    await written();
    await memory.flush();
    await rm(path);
    memory.add(look(true), false);
    memory.add(look(false), true);
    memory.add(look(false), true);
    await clock.advance(1_000);
    await written();
    expect(clock.sleepers()).to.equal(0);
  });

  it("forgets checks that are gone", async () => {
    const memory: CheckMemoryStore = await open();
    memory.add(look(false), false);
    memory.keep(new Set(["page"]));
    expect(memory.historyOf("turn").failures).to.deep.equal([]);
  });

  it("counts a damaged file as empty, and writes a good one over it", async () => {
    for (const damage of ["", "{", '{"version":2}', '{"version":1,"memories":{"a":{}},"histories":{}}']) {
      await writeFile(path, damage);
      const memory = await open();
      expect(memory.historyOf("turn").looks).to.deep.equal([]);
      memory.add(look(true), false);
      await memory.flush();
      expect(JSON.parse(await readFile(path, "utf8"))).to.have.property("version", 1);
    }
  });
});
