/** A pass that only waits ends early for what can be done now. */
import { expect } from "chai";
import { createGiveWay } from "../../../src/agent/give-way.ts";
import { settle } from "../../lab/fake-clock.ts";

function setUp(hasWork: () => Promise<boolean>) {
  const listeners = new Set<() => void>();
  const giveWay = createGiveWay({
    pass: {
      onWake: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    hasWork,
  });
  const wake = () => {
    for (const listener of listeners) listener();
  };
  return { giveWay, wake };
}

function task() {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  return { work: () => promise, finish: () => resolve(undefined) };
}

describe("giving way", () => {
  it("happens when a wake-up brings work while the pass only waits", async () => {
    const { giveWay, wake } = setUp(async () => true);
    void giveWay.waiting(task().work);
    await settle();
    expect(giveWay.signal.aborted).to.equal(false);
    wake();
    await settle();
    expect(giveWay.signal.reason).to.have.property("message").that.contains("does not have to wait");
  });

  it("does not happen for a wake-up that brings nothing, such as the echo of our own changes", async () => {
    const { giveWay, wake } = setUp(async () => false);
    void giveWay.waiting(task().work);
    for (let n = 0; n < 5; n += 1) wake();
    await settle();
    expect(giveWay.signal.aborted).to.equal(false);
  });

  it("does not happen without a wake-up: nobody looks", async () => {
    let looks = 0;
    const { giveWay } = setUp(async () => ++looks > 0);
    void giveWay.waiting(task().work);
    await settle();
    expect(looks).to.equal(0);
  });

  it("waits for what is being done, and then looks for what came meanwhile", async () => {
    let looks = 0;
    const { giveWay, wake } = setUp(async () => ++looks > 0);
    const { work, finish } = task();
    void giveWay.waiting(task().work);
    void giveWay.working(work);
    wake();
    await settle();
    expect(looks).to.equal(0);
    finish();
    await settle();
    expect(giveWay.signal.aborted).to.equal(true);
  });

  it("does not trust a look during which something was done", async () => {
    let looks = 0;
    const seen = task();
    const { giveWay, wake } = setUp(async () => {
      looks += 1;
      if (looks > 1) return false;
      await seen.work();
      return true;
    });
    void giveWay.waiting(task().work);
    wake();
    await settle();
    await giveWay.working(async () => undefined);
    seen.finish();
    await settle();
    expect(giveWay.signal.aborted).to.equal(false);
    expect(looks).to.equal(2);
  });

  it("goes on when the host cannot be looked at", async () => {
    const { giveWay, wake } = setUp(async () => {
      throw new Error("LXD does not answer");
    });
    void giveWay.waiting(task().work);
    wake();
    await settle();
    expect(giveWay.signal.aborted).to.equal(false);
  });

  it("does not happen once the pass is over", async () => {
    const { giveWay, wake } = setUp(async () => true);
    void giveWay.waiting(task().work);
    giveWay.end();
    wake();
    await settle();
    expect(giveWay.signal.aborted).to.equal(false);
  });
});
