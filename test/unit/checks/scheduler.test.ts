/** The schedule: on time, few at once, none twice, and off at the first sign. */
import { expect } from "chai";
import type { CheckResult } from "../../../src/checks/check.ts";
import { startScheduler } from "../../../src/checks/scheduler.ts";
import type { DesiredCheck } from "../../../src/model/desired-state.ts";

function check(name: string, intervalSeconds = 60): DesiredCheck {
  return { name, kind: "stun", spec: {}, intervalSeconds };
}

function result(name: string, ok: boolean): CheckResult {
  const judged = ok
    ? ({ ok, reason: "ok", severity: "ok" } as const)
    : ({ ok, reason: "no_answer", severity: "critical" } as const);
  return { name, kind: "stun", target: "", ...judged, message: "", phases: [], evidence: {}, checkedAt: 0 };
}

/** A scheduler whose clock and ticks are the test's own. */
class Bench {
  now = 0;
  checks: DesiredCheck[] = [];
  started: string[] = [];
  results: string[] = [];
  errors: unknown[] = [];
  readonly broken = new Set<string>();
  readonly finish = new Map<string, (failure?: Error) => void>();
  readonly abort = new AbortController();
  #tick: () => void = () => undefined;

  start(random = 0): void {
    startScheduler({
      checks: () => this.checks,
      run: ({ name }) =>
        new Promise((resolve, reject) => {
          this.started.push(name);
          this.finish.set(name, (failure) =>
            failure === undefined ? resolve(result(name, !this.broken.has(name))) : reject(failure),
          );
        }),
      onResult: ({ name }) => this.results.push(name),
      onError: (error) => this.errors.push(error),
      clock: { now: () => this.now },
      random: () => random,
      signal: this.abort.signal,
      ticker: (onTick) => {
        this.#tick = onTick;
        return () => {
          this.#tick = () => undefined;
        };
      },
      concurrency: 2,
    });
  }

  async at(milliseconds: number): Promise<void> {
    this.now = milliseconds;
    this.#tick();
    await settled();
  }

  async end(name: string, failure?: Error): Promise<void> {
    this.finish.get(name)?.(failure);
    await settled();
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

describe("check scheduler", () => {
  let bench: Bench;

  beforeEach(() => {
    bench = new Bench();
  });

  it("runs a check again when its interval is over, within a tenth of it", async () => {
    bench.checks = [check("a")];
    bench.start(0);
    await bench.at(0);
    await bench.end("a");
    await bench.at(53_999);
    expect(bench.started).to.deep.equal(["a"]);
    await bench.at(54_000);
    expect(bench.started).to.deep.equal(["a", "a"]);
    expect(bench.results).to.deep.equal(["a"]);
  });

  it("looks at what is broken again after a minute, and at what is well at its own pace", async () => {
    bench.checks = [check("a", 600), check("b", 600)];
    bench.broken.add("a");
    bench.start(0.5);
    await bench.at(0);
    await bench.at(15_000);
    await bench.end("a");
    await bench.end("b");
    await bench.at(74_999);
    expect(bench.started).to.deep.equal(["a", "b"]);
    await bench.at(75_000);
    expect(bench.started).to.deep.equal(["a", "b", "a"]);
    bench.broken.clear();
    await bench.end("a");
    await bench.at(614_999);
    expect(bench.started).to.deep.equal(["a", "b", "a"]);
  });

  it("spreads the first runs over some seconds", async () => {
    bench.checks = [check("a")];
    bench.start(0.5);
    await bench.at(0);
    expect(bench.started).to.deep.equal([]);
    await bench.at(7_500);
    expect(bench.started).to.deep.equal(["a"]);
  });

  it("never runs one check twice at the same moment, however late it is", async () => {
    bench.checks = [check("a", 1)];
    bench.start();
    for (let second = 0; second < 10; second += 1) await bench.at(second * 1_000);
    expect(bench.started).to.deep.equal(["a"]);
    await bench.end("a");
    expect(bench.started).to.deep.equal(["a", "a"]);
  });

  it("keeps to the cap and starts what waits as soon as a place is free", async () => {
    bench.checks = [check("a"), check("b"), check("c")];
    bench.start();
    await bench.at(0);
    expect(bench.started).to.deep.equal(["a", "b"]);
    await bench.end("b");
    expect(bench.started).to.deep.equal(["a", "b", "c"]);
  });

  it("takes up new checks and forgets removed ones", async () => {
    bench.checks = [check("a")];
    bench.start();
    await bench.at(0);
    await bench.end("a");
    bench.checks = [check("b")];
    await bench.at(120_000);
    expect(bench.started).to.deep.equal(["a", "b"]);
  });

  it("goes on after a defect, and says it", async () => {
    bench.checks = [check("a")];
    bench.start();
    await bench.at(0);
    await bench.end("a", new Error("defect"));
    await bench.at(120_000);
    expect(bench.errors).to.have.length(1);
    expect(bench.started).to.deep.equal(["a", "a"]);
  });

  it("starts nothing and reports nothing after the signal", async () => {
    bench.checks = [check("a"), check("b"), check("c")];
    bench.start();
    await bench.at(0);
    bench.abort.abort();
    await bench.end("a");
    await bench.at(120_000);
    expect(bench.started).to.deep.equal(["a", "b"]);
    expect(bench.results).to.deep.equal([]);
  });
});
