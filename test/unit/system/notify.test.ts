import { expect } from "chai";
import { createNotifier } from "../../../src/system/notify.ts";

const WATCHDOG = { NOTIFY_SOCKET: "/run/systemd/notify", WATCHDOG_USEC: "240000000" };

describe("telling systemd", () => {
  let sent: string[];
  let now: number;
  const notifier = (environment: Readonly<Record<string, string>>) =>
    createNotifier(
      environment,
      () => now,
      (assignments) => void sent.push(...assignments),
    );

  beforeEach(() => {
    sent = [];
    now = 1_000;
  });

  it("says ready and stopping", () => {
    const systemd = notifier(WATCHDOG);
    systemd.ready();
    systemd.stopping();
    expect(sent).to.deep.equal(["READY=1", "STOPPING=1"]);
  });

  it("feeds the watchdog at the first progress, then at most once in a third of its time", () => {
    const systemd = notifier(WATCHDOG);
    systemd.progress();
    now += 79_999;
    systemd.progress();
    expect(sent).to.deep.equal(["WATCHDOG=1"]);
    now += 1;
    systemd.progress();
    expect(sent).to.deep.equal(["WATCHDOG=1", "WATCHDOG=1"]);
  });

  it("never goes without food for the watchdog's time when there is progress every minute", () => {
    const systemd = notifier(WATCHDOG);
    const fed: number[] = [];
    for (let minute = 0; minute < 60; minute += 1) {
      const before = sent.length;
      systemd.progress();
      if (sent.length > before) fed.push(now);
      now += 60_000;
    }
    const gaps = fed.slice(1).map((at, index) => at - (fed[index] ?? 0));
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
