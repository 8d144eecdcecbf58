import { expect } from "chai";
import * as fc from "fast-check";
import { createCertificateSchedule } from "../../../src/agent/certificate-schedule.ts";
import { createFakeClock } from "../../lab/fake-clock.ts";

const REFUSED = { code: "CertificateOrderFailed", message: "refused", retryable: true };
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe("ordering certificates", () => {
  it("is never tried more than five times in an hour, whatever chance says", () => {
    const chance = fc.double({ min: 0, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(fc.infiniteStream(chance), (chances) => {
        let now = 0;
        const schedule = createCertificateSchedule(
          { ...createFakeClock(), monotonic: () => now },
          () => chances.next().value ?? 0,
        );
        const tries: number[] = [];
        const end = now + 12 * HOUR;
        for (; now < end; now += 30_000) {
          if (schedule.held().has("meet.test")) continue;
          tries.push(now);
          schedule.failed("meet.test", REFUSED);
        }
        for (const since of tries)
          expect(tries.filter((at) => at >= since && at < since + HOUR).length).to.be.at.most(5);
        expect(tries.length).to.be.greaterThan(5);
      }),
      { numRuns: 30 },
    );
  });

  it("is tried again within six hours, however often it failed", async () => {
    const clock = createFakeClock();
    const schedule = createCertificateSchedule(clock, () => 0.99);
    for (let failure = 0; failure < 40; failure += 1) schedule.failed("meet.test", REFUSED);
    expect(schedule.held()).to.deep.equal(new Set(["meet.test"]));
    await clock.advance(6 * HOUR + 1);
    expect(schedule.held()).to.deep.equal(new Set());
  });

  it("waits as long after a failure, and no longer or shorter, when the time is set meanwhile", async () => {
    for (const hours of [-2, 2]) {
      const clock = createFakeClock();
      const schedule = createCertificateSchedule(clock, () => 0.99);
      schedule.failed("meet.test", REFUSED);
      clock.set(clock.now() + hours * HOUR);
      expect(schedule.held()).to.deep.equal(new Set(["meet.test"]));
      await clock.advance(300_000);
      expect(schedule.held()).to.deep.equal(new Set());
    }
  });

  it("holds back one name and no other, and none that succeeded", () => {
    const schedule = createCertificateSchedule(createFakeClock(), () => 0.5);
    schedule.failed("a.test", REFUSED);
    schedule.failed("b.test", REFUSED);
    schedule.succeeded("a.test");
    expect(schedule.held()).to.deep.equal(new Set(["b.test"]));
  });

  it("keeps the reason of a failure while nothing is tried, and until it succeeds", () => {
    const schedule = createCertificateSchedule(createFakeClock(), () => 0.5);
    schedule.failed("a.test", REFUSED);
    expect(schedule.standing(["a.test", "b.test"])).to.deep.equal([REFUSED]);
    expect(schedule.standing(["b.test"])).to.deep.equal([]);
    schedule.succeeded("a.test");
    expect(schedule.standing(["a.test"])).to.deep.equal([]);
  });

  it("is due in the last quarter of a lifetime, be it of 90 days or of 6", () => {
    for (const days of [90, 6]) {
      const clock = createFakeClock();
      let now = clock.now();
      const schedule = createCertificateSchedule({ ...clock, now: () => now }, () => 0.5);
      const seen = { domain: "meet.test", selfSigned: false, names: [], fingerprint: "" };
      schedule.saw(new Map([["meet.test", { ...seen, notBefore: now, notAfter: now + days * DAY }]]));
      now += days * DAY * 0.74;
      expect(schedule.due()).to.deep.equal(new Set());
      now += days * DAY * 0.02;
      expect(schedule.due()).to.deep.equal(new Set(["meet.test"]));
    }
  });
});
