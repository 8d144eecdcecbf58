import { expect } from "chai";
import { createWaitMemory } from "../../../src/gate/wait-memory.ts";
import { createFakeClock } from "../../lab/fake-clock.ts";

describe("how long an action has waited", () => {
  it("is counted over all passes that plan it, and anew when it comes back", async () => {
    const clock = createFakeClock();
    const memory = createWaitMemory(clock);
    const first = memory.since("files turn");
    await clock.advance(60_000);
    memory.keep(new Set(["files turn", "other"]));
    expect(memory.since("files turn")).to.equal(first);
    memory.keep(new Set(["other"]));
    expect(memory.since("files turn")).to.equal(first + 60_000);
  });
});
