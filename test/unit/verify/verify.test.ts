/** Checks after a change: until they pass, or the time is over. */
import { expect } from "chai";
import type { CheckResult } from "../../../src/checks/check.ts";
import type { DesiredCheck } from "../../../src/model/desired-state.ts";
import { criticalFailures, verify } from "../../../src/verify/verify.ts";
import { type FakeClock, createFakeClock } from "../../lab/fake-clock.ts";
import { checkResult } from "../../lab/sample-check.ts";

function check(name: string, change: Partial<DesiredCheck> = {}): DesiredCheck {
  return { name, kind: "http", spec: {}, intervalSeconds: 60, ...change };
}

describe("verification", () => {
  let clock: FakeClock;
  let stop: AbortController;
  let runs: string[];
  let told: string[];
  beforeEach(() => {
    clock = createFakeClock();
    stop = new AbortController();
    runs = [];
    told = [];
  });

  const start = (
    names: readonly (string | DesiredCheck)[],
    answer: (name: string, run: number) => Partial<CheckResult> | Promise<Partial<CheckResult>>,
    options: { readonly patienceMs?: number; readonly concurrency?: number } = {},
  ) =>
    verify(
      names.map((one) => (typeof one === "string" ? check(one) : one)),
      {
        clock,
        deadline: clock.now() + (options.patienceMs ?? 90_000),
        concurrency: options.concurrency ?? 4,
        signal: stop.signal,
        onResult: (result) => told.push(`${result.name} ${result.ok}`),
        run: async ({ name }) => {
          runs.push(name);
          const changes = await answer(name, runs.filter((one) => one === name).length);
          return checkResult({ name, ...changes });
        },
      },
    );

  it("asks each check once when all pass, and answers in their order", async () => {
    const results = await start(["b", "a", "c"], () => ({}));
    expect(results.map((one) => one.name)).to.deep.equal(["b", "a", "c"]);
    expect(runs).to.have.length(3);
    expect(told).to.have.length(3);
  });

  it("gives what has just started time to come round, and tells only the end of it", async () => {
    const started = clock.now();
    const pending = start(["a"], (_, run) => ({ ok: run >= 4 }));
    await clock.advance(30_000);
    expect((await pending)[0]?.ok).to.equal(true);
    expect(runs).to.have.length(4);
    expect(told).to.deep.equal(["a true"]);
    expect(clock.now() - started).to.equal(30_000);
  });

  it("says what still fails when the time is over", async () => {
    const pending = start(["bad", "good"], (name) => ({ ok: name === "good" }), { patienceMs: 10_000 });
    await clock.advance(20_000);
    expect(criticalFailures(await pending).map((one) => one.name)).to.deep.equal(["bad"]);
    expect(clock.sleepers()).to.equal(0);
  });

  it("runs each check once when the time is over already", async () => {
    const results = await start(["a"], () => ({ ok: false }), { patienceMs: -1 });
    expect([results.length, runs.length]).to.deep.equal([1, 1]);
  });

  it("does not wait for what is only a warning", async () => {
    const results = await start(["a"], () => ({ ok: false, severity: "warning" }));
    expect(runs).to.have.length(1);
    expect(criticalFailures(results)).to.deep.equal([]);
  });

  it("runs no more checks at once than it may", async () => {
    let running = 0;
    let most = 0;
    const names = Array.from({ length: 9 }, (_, index) => `c${index}`);
    await start(
      names,
      async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        return {};
      },
      { concurrency: 3 },
    );
    expect(most).to.equal(3);
  });

  it("ends with the pass, and tells nothing of a check that was cut short", async () => {
    const pending = start(["a"], (_, run) => {
      if (run === 2) stop.abort(new Error("a newer revision has arrived"));
      return { ok: false };
    }).catch((error: unknown) => error);
    await clock.advance(10_000);
    expect(await pending).to.equal(stop.signal.reason);
    expect(told).to.deep.equal([]);
  });

  const ladder = [
    check("conference", { kind: "conference" }),
    check("turn", { dependsOn: ["dns"] }),
    check("dns"),
    check("page"),
  ];

  it("asks what others depend on first, and the conference last", async () => {
    const results = await start(ladder, () => ({}));
    expect(results.map((one) => one.name)).to.deep.equal(["conference", "turn", "dns", "page"]);
    expect(runs.indexOf("turn")).to.be.greaterThan(runs.indexOf("dns"));
    expect(runs.at(-1)).to.equal("conference");
  });

  it("does not ask what depends on something that fails, and says so at once", async () => {
    const started = clock.now();
    const pending = start(ladder, (name) => ({ ok: name !== "dns" }), { patienceMs: 10_000 });
    await clock.advance(10_000);
    const results = new Map((await pending).map((one) => [one.name, one]));
    expect(clock.now() - started).to.equal(10_000);
    expect(runs).not.to.include.members(["turn"]);
    expect(runs).not.to.include.members(["conference"]);
    expect(results.get("turn")).to.include({ ok: false, reason: "not_asked", severity: "info" });
    expect(results.get("turn")?.message).to.equal("not asked because dns fails: refused");
    expect(results.get("conference")?.message).to.equal("not asked because dns fails: refused");
    expect(criticalFailures([...results.values()]).map((one) => one.name)).to.deep.equal(["dns"]);
    expect(told).to.have.length(4);
  });

  it("asks the conference although there is a warning", async () => {
    await start(ladder, (name) => ({ ok: name !== "page", severity: "warning" }));
    expect(runs).to.include("conference");
  });

  it("takes a dependency that needs no proof for granted", async () => {
    await start([check("turn", { dependsOn: ["dns"] })], () => ({}));
    expect(runs).to.deep.equal(["turn"]);
  });

  it("has nothing to say without checks", async () => {
    expect(await start([], () => ({}))).to.deep.equal([]);
  });
});
