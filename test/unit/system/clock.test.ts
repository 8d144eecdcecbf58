import { expect } from "chai";
import { startStopwatch, systemClock } from "../../../src/system/clock.ts";
import { createFakeClock } from "../../lab/fake-clock.ts";

describe("the system's clock", () => {
  it("ends a sleep with the signal's own reason", async () => {
    const stop = new AbortController();
    const slept = systemClock.sleep(60_000, stop.signal).catch((error: unknown) => error);
    const reason = new Error("a newer revision has arrived");
    stop.abort(reason);
    expect(await slept).to.equal(reason);
  });

  it("does not begin to sleep when the signal is aborted already", async () => {
    const reason = new Error("too late");
    const slept = systemClock.sleep(60_000, AbortSignal.abort(reason)).catch((error: unknown) => error);
    expect(await slept).to.equal(reason);
  });

  it("sleeps as long as it is asked to", async () => {
    const started = performance.now();
    await systemClock.sleep(30, new AbortController().signal);
    expect(performance.now() - started).to.be.within(28, 1_000);
  });
});

describe("a stopwatch", () => {
  it("tells whole milliseconds that have passed, whatever the time is set to meanwhile", async () => {
    for (const hours of [-2, 2]) {
      const clock = createFakeClock();
      const elapsed = startStopwatch({ monotonic: () => clock.monotonic() + 0.25 });
      await clock.advance(3_000.5);
      clock.set(clock.now() + hours * 3_600_000);
      expect(elapsed()).to.equal(3_001);
    }
  });
});
