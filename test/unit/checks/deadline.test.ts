/** The deadline of a run: when it aborts, when it gives up waiting, and that it leaves nothing behind. */
import { getEventListeners } from "node:events";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect } from "chai";
import { startDeadline } from "../../../src/checks/deadline.ts";

describe("a run's deadline", () => {
  it("aborts when its time is over, with the reason for it", async () => {
    const deadline = startDeadline(new AbortController().signal, 20);
    await new Promise((resolve) => {
      deadline.signal.addEventListener("abort", resolve);
    });
    expect(deadline.signal.reason).to.be.instanceOf(DOMException).and.include({ name: "TimeoutError" });
    deadline.end();
  });

  it("aborts with its caller, also with one that had given up before", async () => {
    const caller = new AbortController();
    const deadline = startDeadline(caller.signal, 60_000);
    await nextTurn();
    expect(deadline.signal.aborted).to.equal(false);
    caller.abort("enough");
    expect(deadline.signal.reason).to.equal("enough");
    const late = startDeadline(caller.signal, 60_000);
    expect(late.signal.aborted).to.equal(true);
    deadline.end();
    late.end();
  });

  it("notices a caller that gives up in the very turn it was started in", async () => {
    const caller = new AbortController();
    const deadline = startDeadline(caller.signal, 60_000);
    caller.abort();
    await nextTurn();
    expect(deadline.signal.aborted).to.equal(true);
    deadline.end();
  });

  it("leaves nothing on a signal that many runs share", async () => {
    const { signal } = new AbortController();
    const deadlines = Array.from({ length: 50 }, () => startDeadline(signal, 60_000));
    await nextTurn();
    expect(getEventListeners(signal, "abort")).to.have.length(50);
    for (const deadline of deadlines) deadline.end();
    startDeadline(signal, 60_000).end();
    await nextTurn();
    expect(getEventListeners(signal, "abort")).to.have.length(0);
  });
});
