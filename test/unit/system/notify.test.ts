import { expect } from "chai";
import { createNotifier } from "../../../src/system/notify.ts";
import { createFakeClock, type FakeClock } from "../../lab/fake-clock.ts";

const WATCHDOG = { NOTIFY_SOCKET: "/run/systemd/notify", WATCHDOG_USEC: "240000000" };

describe("telling systemd", () => {
  let sent: string[];
  let clock: FakeClock;
  const notifier = (environment: Readonly<Record<string, string>>) =>
    createNotifier(environment, clock, (assignments) => void sent.push(...assignments));

  beforeEach(() => {
    sent = [];
    clock = createFakeClock();
  });

  it("says ready and stopping", () => {
    const systemd = notifier(WATCHDOG);
    systemd.ready();
    systemd.stopping();
    expect(sent).to.deep.equal(["READY=1", "STOPPING=1"]);
  });

  it("feeds the watchdog at the first progress, then at most once in a third of its time", async () => {
    const systemd = notifier(WATCHDOG);
    systemd.progress();
    await clock.advance(79_999);
    systemd.progress();
    expect(sent).to.deep.equal(["WATCHDOG=1"]);
    await clock.advance(1);
    systemd.progress();
    expect(sent).to.deep.equal(["WATCHDOG=1", "WATCHDOG=1"]);
  });

  it("never goes without food for the watchdog's time when there is progress every minute, also when the time is set back", async () => {
    const systemd = notifier(WATCHDOG);
    const fed: number[] = [];
    for (let minute = 0; minute < 60; minute += 1) {
      const before = sent.length;
      systemd.progress();
      if (sent.length > before) fed.push(clock.monotonic());
      await clock.advance(60_000);
      if (minute === 30) clock.set(clock.now() - 7_200_000);
    }
    const gaps = fed.slice(1).map((at, index) => at - (fed[index] ?? 0));
    expect(fed.length).to.equal(30);
    expect(Math.max(...gaps)).to.be.at.most(120_000);
  });

  it("has no watchdog to feed when the unit has none", () => {
    const systemd = notifier({ NOTIFY_SOCKET: "/run/systemd/notify" });
    systemd.progress();
    expect(sent).to.deep.equal([]);
  });

  it("is silent where no systemd listens", () => {
    const systemd = notifier({ WATCHDOG_USEC: "240000000" });
    systemd.ready();
    systemd.progress();
    systemd.stopping();
    expect(sent).to.deep.equal([]);
  });
});
