/** What is counted between scrapes. */
import { expect } from "chai";
import { createTallies } from "../../../src/metrics/tallies.ts";

const verdict = { reason: "R", message: "", actions: 0 } as const;
const DELETION = {
  id: "delete turn",
  kind: "delete-container",
  name: "turn",
  subject: "turn",
  cause: "removed",
  reason: "because",
  changes: [],
  disruption: "none",
  dependsOn: [],
} as const;

describe("what is counted between scrapes", () => {
  it("is nothing at the start", () => {
    const { passes, passDurations, lastReady, actions, looks } = createTallies().read();
    expect([passes.size, passDurations.count, lastReady, actions.length, looks.size]).to.deep.equal([
      0,
      0,
      undefined,
      0,
      0,
    ]);
  });

  it("is a histogram of passes whose buckets hold all that took no longer", () => {
    const tallies = createTallies();
    for (const milliseconds of [40, 50, 51, 3_000_000])
      tallies.event({
        at: 7,
        pass: 1,
        type: "verdict",
        verdict: { ...verdict, outcome: "failed", milliseconds },
      });
    const { passDurations, lastReady } = tallies.read();
    expect(passDurations.buckets.slice(0, 2)).to.deep.equal([
      { seconds: 0.05, count: 2 },
      { seconds: 0.1, count: 3 },
    ]);
    expect(passDurations.buckets.at(-1)?.count).to.equal(3);
    expect([passDurations.count, lastReady]).to.deep.equal([4, undefined]);
  });

  it("is nothing of actions that were not planned", () => {
    const tallies = createTallies();
    tallies.event({ at: 1, pass: 1, type: "action-finished", id: "x", subject: "x", milliseconds: 5 });
    expect(tallies.read().actions).to.deep.equal([]);
  });

  it("never goes down, even for what is said to have taken less than no time", () => {
    const tallies = createTallies();
    tallies.event({
      at: 1,
      pass: 1,
      type: "planned",
      revision: "r",
      plan: { actions: [DELETION], blocked: [] },
    });
    for (const milliseconds of [2_000, -7_197_000]) {
      tallies.event({
        at: 1,
        pass: 1,
        type: "action-finished",
        id: DELETION.id,
        subject: "turn",
        milliseconds,
      });
      tallies.event({
        at: 1,
        pass: 1,
        type: "verdict",
        verdict: { ...verdict, outcome: "ready", milliseconds },
      });
    }
    const { actions, passDurations } = tallies.read();
    expect(actions.map(({ done, seconds }) => [done, seconds])).to.deep.equal([[2, 2]]);
    expect([passDurations.count, passDurations.sum]).to.deep.equal([2, 2]);
  });
});
