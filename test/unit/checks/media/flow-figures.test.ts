import { expect } from "chai";
import { array, assert, double, option, property } from "fast-check";
import { flowFigures, SETTLING_MS } from "../../../../src/checks/media/flow-figures.ts";

const INTERVAL_MS = 20;

/** Packets that leave every 20 ms; `delays` in milliseconds, undefined for a lost one. */
function passage(delays: readonly (number | undefined)[], start = 1_000) {
  const departures = delays.map((_, number) => start + number * INTERVAL_MS);
  const arrivals = new Map<number, number>();
  for (const [number, delay] of delays.entries()) {
    if (delay !== undefined) arrivals.set(number, start + number * INTERVAL_MS + delay);
  }
  return { departures, arrivals };
}

const settling = Array.from({ length: SETTLING_MS / INTERVAL_MS }, () => undefined);

describe("figures of a flow of packets", () => {
  it("judge nothing of the first 200 ms", () => {
    expect(flowFigures(passage([...settling, 5, 5]))).to.deep.equal({
      sent: 2,
      received: 2,
      delay: { median: 5, p95: 5 },
      jitter: 0,
    });
  });

  it("have no delay when nothing arrived", () => {
    expect(flowFigures(passage([...settling, undefined, undefined]))).to.deep.equal({ sent: 2, received: 0 });
    expect(flowFigures({ departures: [], arrivals: new Map() })).to.deep.equal({ sent: 0, received: 0 });
  });

  it("smooth jitter as RFC 3550 does: a sixteenth of each difference of transit times", () => {
    const { jitter } = flowFigures(passage([...settling, 10, 26, 10]));
    expect(jitter).to.be.closeTo(1 + (16 - 1) / 16, 1e-9);
  });

  it("take the median and the 95th percentile of the delays that were judged", () => {
    const delays = Array.from({ length: 100 }, (_, index) => index + 1);
    expect(flowFigures(passage([...settling, ...delays])).delay).to.deep.equal({ median: 50, p95: 95 });
  });

  it("count whatever was lost, and keep delays within what was seen", () => {
    assert(
      property(array(option(double({ min: 0, max: 500, noNaN: true }), { nil: undefined })), (delays) => {
        const seen = delays.filter((delay) => delay !== undefined);
        const { sent, received, delay, jitter } = flowFigures(passage([...settling, ...delays], 0));
        expect(sent).to.equal(delays.length);
        expect(received).to.equal(seen.length);
        if (delay === undefined) return void expect(seen).to.deep.equal([]);
        expect(delay.median).to.be.within(Math.min(...seen) - 1e-6, Math.max(...seen) + 1e-6);
        expect(delay.p95).to.be.at.least(delay.median);
        if (jitter !== undefined) expect(jitter).to.be.within(0, Math.max(...seen) + 1e-6);
      }),
    );
  });
});
