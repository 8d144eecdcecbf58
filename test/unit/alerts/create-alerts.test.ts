/** The time after a start in which nothing is told. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { createAlerts } from "../../../src/alerts/create-alerts.ts";
import { EMPTY_STATUS } from "../../lab/fake-agent.ts";
import { createFakeClock } from "../../lab/fake-clock.ts";
import { checkStatus } from "../../lab/sample-check.ts";
import { silentLogger } from "../../lab/silent-logger.ts";

const SECOND = 1_000;

describe("alerts after a start", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "convene-alerts-"));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  for (const [words, hours] of [
    ["is not set", 0],
    ["is set back", -2],
    ["is set forward", 2],
  ] as const)
    it(`are told after a minute, also when the clock ${words}`, async () => {
      const clock = createFakeClock();
      const alerts = await createAlerts({
        logFile: join(directory, "alerts.json"),
        clock,
        logger: silentLogger,
        random: () => 0.5,
        signal: new AbortController().signal,
      });
      const firing = () => {
        alerts.observe({ ...EMPTY_STATUS, checks: [checkStatus({ name: "conference", ok: false })] });
        return alerts.figures().alerts.filter(({ state }) => state === "firing").length;
      };
      clock.set(clock.now() + hours * 3_600 * SECOND);
      await clock.advance(59 * SECOND);
      expect(firing()).to.equal(0);
      await clock.advance(SECOND);
      expect(firing()).to.equal(1);
      await alerts.flush();
    });
});
