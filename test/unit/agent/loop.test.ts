/** When passes run: what waits, what is put together, what is tried again. */
import { expect } from "chai";
import { type Loop, type PassEnd, type PassRequest, createLoop } from "../../../src/agent/loop.ts";
import { type FakeClock, createFakeClock } from "../../lab/fake-clock.ts";
import { silentLogger } from "../../lab/silent-logger.ts";

interface Run {
  readonly request: PassRequest;
  readonly end: (end: Partial<PassEnd>) => void;
  readonly fail: (error: Error) => void;
}

describe("the loop", () => {
  let clock: FakeClock;
  let loop: Loop;
  let runs: Run[];
  let stop: AbortController;
  let ended: Promise<void>;

  beforeEach(() => {
    clock = createFakeClock();
    runs = [];
    stop = new AbortController();
    loop = createLoop({
      clock,
      logger: silentLogger,
      random: () => 0.5,
      runPass: (request) =>
        new Promise((resolve, reject) => {
          runs.push({ request, end: (end) => resolve({ retry: false, ...end }), fail: reject });
        }),
    });
    ended = loop.run(stop.signal);
  });
  afterEach(async () => {
    stop.abort();
    runs.at(-1)?.end({});
    await clock.advance(600_000);
    await ended;
  });

  const last = () => {
    const run = runs.at(-1);
    if (!run) throw new Error("no pass has run");
    return run;
  };
  const started = async (reason = "push"): Promise<Run> => {
    loop.wake(reason);
    await clock.advance(100);
    return last();
  };
  const after = async (ms: number) => {
    await clock.advance(ms);
    return runs.length;
  };

  /** Every pass fails, and makes an event while it does. */
  const failFor = async (seconds: number) => {
    for (let tick = 0; tick < seconds * 10; tick += 1) {
      loop.wake("lxd instance-created build-turn");
      await clock.advance(100);
      last().end({ retry: true });
    }
    return runs.length;
  };

  it("sleeps while nothing wakes it", async () => {
    expect(await after(3_600_000)).to.equal(0);
  });

  it("makes one pass of what wakes it together, each reason once", async () => {
    for (const reason of ["push", "lxd started", "push"]) loop.wake(reason);
    expect(await after(100)).to.equal(1);
    expect(last().request.wakeups).to.deep.equal(["push", "lxd started"]);
  });

  it("runs one pass at a time, and one more for all that came meanwhile", async () => {
    const first = await started();
    loop.wake("a");
    loop.wake("b");
    expect(await after(60_000)).to.equal(1);
    first.end({});
    expect(await after(100)).to.equal(2);
    expect(last().request.wakeups).to.deep.equal(["a", "b"]);
    last().end({});
    expect(await after(60_000)).to.equal(2);
  });

  it("does not keep reasons without end", async () => {
    const first = await started();
    for (let n = 0; n < 10_000; n += 1) loop.wake(`event ${n}`);
    first.end({});
    await clock.advance(100);
    expect(last().request.wakeups).to.have.length(20);
  });

  it("tries a failed pass again, later each time, and at once when it succeeded", async () => {
    const waits: number[] = [];
    let run = await started();
    for (let failure = 0; failure < 4; failure += 1) {
      const before = clock.now();
      const count = runs.length;
      run.end({ retry: true });
      while (runs.length === count) await clock.advance(100);
      expect(last().request.wakeups).to.deep.equal(["retry"]);
      waits.push(Math.round((clock.now() - before) / 1000));
      run = last();
    }
    // Three quarters of 5, 10, 20 and 40 seconds: `random` says one half.
    expect(waits).to.deep.equal([4, 8, 15, 30]);
    run.end({});
    expect(await after(600_000)).to.equal(5);
  });

  it("never waits longer than five minutes for the next try", async () => {
    await started();
    for (let failure = 0; failure < 30; failure += 1) {
      const count = runs.length;
      last().end({ retry: true });
      expect(await after(301_000)).to.be.greaterThan(count);
    }
  });

  it("forgets the retry when something else woke it first", async () => {
    (await started()).end({ retry: true });
    await clock.advance(1_000);
    (await started("lxd reconnected")).end({});
    expect(await after(600_000)).to.equal(2);
  });

  it("tries again when its time has come, however often something else wakes it meanwhile", async () => {
    (await started()).end({ retry: true });
    for (let second = 0; second < 10; second += 1) {
      loop.wake("schedule");
      await clock.advance(1_000);
      last().end({ retry: true });
    }
    expect(runs.flatMap(({ request }) => request.wakeups)).to.include("retry");
  });

  it("says when a pass was asked for or came due, and that it was not when only something happened", async () => {
    const first = await started("lxd instance-updated turn");
    expect(first.request.askedAt).to.equal(undefined);
    const asked = clock.now();
    loop.wake("push", { urgent: true });
    await clock.advance(1_000);
    first.end({ retry: true });
    await clock.advance(100);
    expect(last().request.askedAt).to.equal(asked);
    last().end({ retry: true });
    await clock.advance(10_000);
    expect(last().request.wakeups).to.deep.equal(["retry"]);
    expect(last().request.askedAt).to.be.greaterThan(asked);
  });

  it("survives a pass that breaks, and tries again", async () => {
    (await started()).fail(new TypeError("x is undefined"));
    expect(await after(10_000)).to.equal(2);
  });

  describe("with passes that fail and wake it by what they do", () => {
    it("does not spin", async () => {
      await started();
      expect(await failFor(60)).to.be.lessThan(12);
    });

    it("still answers people at once", async () => {
      await started();
      await failFor(60);
      const before = runs.length;
      loop.wake("push", { urgent: true });
      expect(await after(100)).to.equal(before + 1);
    });

    it("is not held back any more after a pass that succeeded", async () => {
      await started();
      await failFor(60);
      loop.wake("push", { urgent: true });
      await clock.advance(100);
      last().end({});
      const before = runs.length;
      await started("lxd instance-shutdown turn");
      expect(runs.length).to.equal(before + 1);
    });
  });

  describe("asked not to wait for calls", () => {
    it("says so to the pass that comes", async () => {
      loop.wake("push", { now: true });
      await clock.advance(100);
      expect(last().request.now()).to.equal(true);
    });

    it("says so to the pass that runs, which may be waiting", async () => {
      const { request } = await started();
      expect(request.now()).to.equal(false);
      loop.wake("reconcile", { now: true });
      expect(request.now()).to.equal(true);
    });

    it("does not say so to a pass that others asked for", async () => {
      loop.wake("push", { now: true });
      await clock.advance(100);
      loop.wake("another push");
      last().end({});
      await clock.advance(100);
      expect(last().request.now()).to.equal(false);
    });
  });

  it("stops the running pass for a newer revision, and says why", async () => {
    const { request } = await started();
    loop.supersede("a newer revision has arrived");
    expect(request.superseded.aborted).to.equal(true);
    expect(request.superseded.reason).to.have.property("message", "a newer revision has arrived");
    last().end({});
    expect((await started()).request.superseded.aborted).to.equal(false);
  });

  it("tells a pass of every wake-up while it runs, and of none after", async () => {
    const heard: string[] = [];
    const first = await started();
    first.request.onWake(() => heard.push("first"));
    const stopListening = first.request.onWake(() => heard.push("second"));
    loop.wake("a");
    stopListening();
    loop.wake("a");
    first.end({});
    await clock.advance(100);
    loop.wake("b");
    expect(heard).to.deep.equal(["first", "second", "first"]);
  });

  it("tells a pass of a wake-up that came before it listened", async () => {
    const { request } = await started();
    loop.wake("lxd instance-shutdown turn");
    let heard = 0;
    request.onWake(() => (heard += 1));
    expect(heard).to.equal(1);
  });

  it("ends with the signal: the running pass is told, then waited for", async () => {
    const { request } = await started();
    let over = false;
    const end = async () => {
      await ended;
      over = true;
    };
    void end();
    stop.abort(new Error("stopping"));
    expect(request.superseded.aborted).to.equal(true);
    await clock.advance(1_000);
    expect(over).to.equal(false);
    last().end({});
    await clock.advance(1_000);
    expect(over).to.equal(true);
  });
});
