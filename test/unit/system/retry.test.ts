import { expect } from "chai";
import * as fc from "fast-check";
import { backoffDelay, pollUntil } from "../../../src/system/retry.ts";
import { createFakeClock } from "../../lab/fake-clock.ts";

describe("back-off", () => {
  it("stays between half and all of a doubling step, and below the maximum", () => {
    const random = fc.double({ min: 0, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), random, (attempt, number) => {
        const delay = backoffDelay(attempt, { initialMs: 1_000, maximumMs: 60_000, random: () => number });
        const step = Math.min(60_000, 1_000 * 2 ** (attempt - 1));
        expect(delay).to.be.within(Math.floor(step / 2), step);
      }),
    );
  });
});

describe("polling", () => {
  const options = { intervalMs: 100, timeoutMs: 1_000 };

  it("answers with the first answer there is", async () => {
    const clock = createFakeClock();
    let asked = 0;
    const polled = pollUntil(async () => (++asked === 4 ? "here" : undefined), { ...options, clock });
    await clock.advance(300);
    expect(await polled).to.equal("here");
    expect(asked).to.equal(4);
  });

  it("gives up when the time is over, and leaves no sleeper behind", async () => {
    const clock = createFakeClock();
    const started = clock.now();
    let ended = 0;
    const polled = pollUntil(async () => undefined, { ...options, clock }).then((answer) => {
      ended = clock.now();
      return answer;
    });
    await clock.advance(5_000);
    expect(await polled).to.equal(undefined);
    expect(ended - started).to.equal(1_000);
    expect(clock.sleepers()).to.equal(0);
  });

  it("ends at once, with the signal's reason, when it is aborted", async () => {
    const clock = createFakeClock();
    const stop = new AbortController();
    const polled = pollUntil(async () => undefined, { ...options, clock, signal: stop.signal });
    const reason = polled.catch((error: unknown) => error);
    await clock.advance(150);
    stop.abort(new Error("stopped"));
    expect(await reason).to.equal(stop.signal.reason);
    expect(clock.sleepers()).to.equal(0);
  });
});
