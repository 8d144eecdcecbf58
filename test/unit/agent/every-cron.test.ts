import { expect } from "chai";
import { getTasks } from "node-cron";
import { everyCron } from "../../../src/agent/triggers.ts";

const EVERY_MINUTE = "0 * * * * *";

describe("a task at cron's times", () => {
  it("is not started when the agent stops already: it would keep the process alive", () => {
    const before = getTasks().size;
    everyCron(EVERY_MINUTE, () => undefined, AbortSignal.abort());
    expect(getTasks().size).to.equal(before);
  });

  it("stops ticking with the agent", () => {
    const stop = new AbortController();
    const before = new Set(getTasks().keys());
    everyCron(EVERY_MINUTE, () => undefined, stop.signal);
    const [task] = [...getTasks()].filter(([id]) => !before.has(id)).map(([, one]) => one);
    expect(task?.getStatus()).to.equal("idle");
    stop.abort();
    expect(task?.getStatus()).to.equal("stopped");
  });
});
