/** Runs share their places: schedule, verification and people. */
import { expect } from "chai";
import { limitCheckRuns } from "../../../src/checks/check-runs.ts";
import type { CheckResult } from "../../../src/checks/check.ts";
import { settle } from "../../lab/fake-clock.ts";
import { checkResult } from "../../lab/sample-check.ts";

describe("runs of checks", () => {
  const { signal } = new AbortController();
  let started: string[];
  let ends: ((error?: Error) => void)[];
  let most: number;
  let running: number;
  beforeEach(() => {
    started = [];
    ends = [];
    most = 0;
    running = 0;
  });

  const runner = (limits: { readonly most?: number; readonly mostHeavy?: number } = {}) => {
    const run = limitCheckRuns({
      ...limits,
      isHeavy: ({ kind }) => kind === "conference",
      run: async ({ name }) => {
        started.push(name);
        running += 1;
        most = Math.max(most, running);
        const error = await new Promise<Error | undefined>((resolve) => {
          ends.push(resolve);
        });
        running -= 1;
        if (error) throw error;
        return checkResult({ name });
      },
    });
    return (name: string, kind = "turn"): Promise<CheckResult> => run({ name, kind, spec: {} }, signal);
  };
  const endAll = async () => {
    for (let round = 0; round < 20; round += 1) {
      for (const end of ends.splice(0)) end();
      await settle();
    }
  };

  it("keep to the cap, first come first served", async () => {
    const run = runner({ most: 2 });
    const all = ["a", "b", "c", "d"].map((name) => run(name));
    await settle();
    expect(started).to.deep.equal(["a", "b"]);
    await endAll();
    await Promise.all(all);
    expect([most, started]).to.deep.equal([2, ["a", "b", "c", "d"]]);
  });

  it("never run one check twice at the same moment, and run it once for each who asks", async () => {
    const run = runner();
    const all = [run("a"), run("a"), run("a")];
    await settle();
    expect(started).to.deep.equal(["a"]);
    await endAll();
    await Promise.all(all);
    expect([most, started.length]).to.deep.equal([1, 3]);
  });

  it("let only so many that need a media process go at once, and hold up no others with them", async () => {
    const run = runner({ most: 2, mostHeavy: 1 });
    const all = [run("x", "conference"), run("y", "conference"), run("z", "conference"), run("a")];
    await settle();
    expect(started).to.have.members(["x", "a"]);
    await endAll();
    await Promise.all(all);
    expect(started.slice(2)).to.deep.equal(["y", "z"]);
  });

  it("give their place back when a run breaks", async () => {
    const run = runner({ most: 1 });
    const broken = run("a").catch((error: unknown) => error);
    await settle();
    ends.splice(0)[0]?.(new Error("defect"));
    expect(await broken).to.be.instanceOf(Error);
    const next = run("a");
    await endAll();
    expect((await next).ok).to.equal(true);
  });
});
