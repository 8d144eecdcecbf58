/** What a check writes down while it runs. */
import { expect } from "chai";
import { createFakeClock } from "../../lab/fake-clock.ts";
import { labRun } from "../../lab/check-runs.ts";

describe("a phase of a check", () => {
  it("takes as long as it takes, also when the time is set meanwhile", async () => {
    const clock = createFakeClock();
    const { run } = labRun({ clock });
    await run.phase("connect", async () => {
      await clock.advance(40);
      clock.set(clock.now() - 7_200_000);
    });
    expect(run.phases).to.deep.equal([{ name: "connect", milliseconds: 40 }]);
  });
});
