/** The schedule: on time, none twice, at once when asked, and off at the first sign. */
import { expect } from "chai";
import { createScheduler, type Scheduler } from "../../../src/checks/scheduler.ts";
import { createFakeClock, type FakeClock, settle } from "../../lab/fake-clock.ts";

const SECOND = 1_000;

/** A scheduler whose clock and looks are the test's own. */
class Bench {
  readonly clock: FakeClock = createFakeClock(0);
  names: string[] = [];
  looks: string[] = [];
  readonly errors: unknown[] = [];
  readonly pauses = new Map<string, number | undefined>();
  readonly abort = new AbortController();
  /** Looks end by themselves, unless the test ends them. */
  byHand = false;
  readonly #ends = new Map<string, (error?: Error) => void>();
  random = 0.5;
  scheduler: Scheduler | undefined;
  #ran: Promise<void> | undefined;

  start(): Scheduler {
    this.scheduler = createScheduler({
      names: () => this.names,
      look: (name) => this.#look(name),
      pause: (name) => (this.pauses.has(name) ? this.pauses.get(name) : 60 * SECOND),
      spread: (name) => (name.includes("/") ? undefined : 15 * SECOND),
      onError: (error) => this.errors.push(error),
      clock: this.clock,
      random: () => this.random,
      signal: this.abort.signal,
    });
    this.#ran = this.scheduler.run();
    return this.scheduler;
  }

  #look(name: string): Promise<void> {
    this.looks.push(`${this.clock.now() / SECOND} ${name}`);
    if (!this.byHand) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#ends.set(name, (error) => (error === undefined ? resolve() : reject(error)));
    });
  }

  async end(name: string, error?: Error): Promise<void> {
    this.#ends.get(name)?.(error);
    await settle();
  }

  async stop(): Promise<void> {
    this.abort.abort(new Error("the test is over"));
    await this.#ran;
  }
}

describe("check scheduler", () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.stop());

  it("spreads the first looks, and looks again after the pause of each", async () => {
    bench.names = ["a"];
    bench.start();
    await bench.clock.advance(140 * SECOND);
    expect(bench.looks).to.deep.equal(["7.5 a", "67.5 a", "127.5 a"]);
  });

  it("comes up to a tenth of the pause earlier or later", async () => {
    bench.names = ["a"];
    bench.random = 0;
    bench.start();
    await bench.clock.advance(55 * SECOND);
    expect(bench.looks).to.deep.equal(["0 a", "54 a"]);
  });

  it("never looks twice at the same moment, however long a look takes", async () => {
    bench.names = ["a"];
    bench.byHand = true;
    const scheduler = bench.start();
    await bench.clock.advance(300 * SECOND);
    scheduler.soon(["a"]);
    await bench.clock.advance(SECOND);
    expect(bench.looks).to.have.length(1);
    // What was asked for meanwhile comes right afterwards.
    await bench.end("a");
    await bench.clock.advance(0);
    expect(bench.looks).to.have.length(2);
  });

  it("looks at once when asked, while it sleeps for another", async () => {
    bench.names = ["a", "b"];
    const scheduler = bench.start();
    await bench.clock.advance(30 * SECOND);
    scheduler.soon(["b", "unknown"]);
    await bench.clock.advance(0);
    expect(bench.looks.at(-1)).to.equal("30 b");
  });

  it("comes in time although the clock is set back or forward", async () => {
    bench.names = ["a"];
    bench.start();
    await bench.clock.advance(10 * SECOND);
    bench.clock.set(-7_200 * SECOND);
    await bench.clock.advance(60 * SECOND);
    expect(bench.looks).to.have.length(2);
    bench.clock.set(7_200 * SECOND);
    await bench.clock.advance(50 * SECOND);
    expect(bench.looks).to.have.length(2);
    await bench.clock.advance(10 * SECOND);
    expect(bench.looks).to.have.length(3);
  });

  it("leaves alone what has no pause, until somebody asks for it", async () => {
    bench.names = ["container/turn"];
    bench.pauses.set("container/turn", undefined);
    const scheduler = bench.start();
    await bench.clock.advance(7_200 * SECOND);
    expect(bench.looks).to.deep.equal([]);
    scheduler.soon(["container/turn"]);
    await bench.clock.advance(7_200 * SECOND);
    expect(bench.looks).to.deep.equal(["7200 container/turn"]);
  });

  it("counts a look that somebody else made", async () => {
    bench.names = ["a"];
    const scheduler = bench.start();
    await bench.clock.advance(60 * SECOND);
    bench.pauses.set("a", 12 * SECOND);
    scheduler.looked("a");
    await bench.clock.advance(13 * SECOND);
    expect(bench.looks).to.deep.equal(["7.5 a", "72 a"]);
  });

  it("takes up new names and forgets removed ones when told to", async () => {
    bench.names = ["a"];
    const scheduler = bench.start();
    await bench.clock.advance(10 * SECOND);
    bench.names = ["b"];
    scheduler.refresh();
    await bench.clock.advance(60 * SECOND);
    expect(bench.looks).to.deep.equal(["7.5 a", "17.5 b"]);
  });

  it("goes on after a defect, and says it", async () => {
    bench.names = ["a"];
    bench.byHand = true;
    bench.start();
    await bench.clock.advance(8 * SECOND);
    await bench.end("a", new Error("defect"));
    await bench.clock.advance(61 * SECOND);
    expect(bench.errors).to.have.length(1);
    expect(bench.looks).to.have.length(2);
  });

  it("looks at nothing after the signal, and leaves no sleeper", async () => {
    bench.names = ["a", "b"];
    bench.start();
    await bench.clock.advance(10 * SECOND);
    await bench.stop();
    await bench.clock.advance(300 * SECOND);
    expect(bench.looks).to.have.length(2);
    expect(bench.clock.sleepers()).to.equal(0);
  });
});
