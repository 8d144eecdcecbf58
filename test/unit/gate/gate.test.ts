/** Nobody is thrown out of a meeting, and nobody waits for ever. */
import { expect } from "chai";
import { waitForCallsToEnd } from "../../../src/gate/gate.ts";
import type { Crowd } from "../../../src/gate/participants.ts";
import type { Action } from "../../../src/plan/action.ts";
import { type FakeClock, createFakeClock } from "../../lab/fake-clock.ts";
import { container } from "../../lab/sample-site.ts";

const MINUTE = 60_000;
const MAX_WAIT = 30 * MINUTE;

function restartOf(name: string, disruption: Action["disruption"] = "calls"): Action {
  return {
    kind: "update-container",
    id: `update container/${name}`,
    subject: `container/${name}`,
    cause: "changed",
    reason: "",
    changes: [],
    disruption,
    dependsOn: [],
    container: container({ name, hostPart: 50 }),
    restart: true,
  };
}

function removalOf(name: string): Action {
  const base = { cause: "removed", reason: "", changes: [], disruption: "calls", dependsOn: [] } as const;
  return { ...base, kind: "delete-container", id: `delete container/${name}`, subject: name, name };
}

describe("the gate", () => {
  let clock: FakeClock;
  let people: Record<string, number>;
  /** What bridges say that do not tell a number. */
  let others: Record<string, Crowd>;
  let asked: string[];
  let said: string[];
  let now: boolean;
  let stop: AbortController;
  beforeEach(() => {
    clock = createFakeClock();
    people = { "bridge-1": 0, "bridge-2": 0 };
    others = {};
    asked = [];
    said = [];
    now = false;
    stop = new AbortController();
  });

  /** Whether the action has gone, is waiting, or was stopped. */
  const arrive = (action: Action, since = clock.now()) => {
    const state = { is: "waiting", reason: undefined as unknown };
    const pass = async () => {
      try {
        await waitForCallsToEnd(
          {
            clock,
            maxWaitMs: MAX_WAIT,
            bridges: ["bridge-1", "bridge-2"].map((name) => ({ name, statsUrl: "" })),
            count: async ({ name }) => {
              asked.push(name);
              return others[name] ?? { kind: "counted", people: people[name] ?? 0 };
            },
          },
          { action, since, now: () => now, onWaiting: (message) => said.push(message), signal: stop.signal },
        );
        state.is = "gone";
      } catch (error) {
        state.is = "stopped";
        state.reason = error;
      }
    };
    void pass();
    return state;
  };

  it("lets pass at once what ends no call, without asking anybody", async () => {
    people["bridge-1"] = 5;
    for (const disruption of ["none", "reload"] as const) {
      const action = arrive(restartOf("turn", disruption));
      await clock.advance(0);
      expect(action.is).to.equal("gone");
    }
    expect(asked).to.deep.equal([]);
  });

  it("lets pass what ends calls when there are none", async () => {
    const action = arrive(restartOf("turn"));
    await clock.advance(0);
    expect([action.is, said]).to.deep.equal(["gone", []]);
  });

  it("holds it while people are in a call, says so every ten seconds, and lets it go when they leave", async () => {
    people["bridge-2"] = 2;
    const action = arrive(restartOf("turn"));
    await clock.advance(60_000);
    expect(action.is).to.equal("waiting");
    expect(said.length).to.be.within(6, 7);
    expect(said[0]).to.match(/^waits: 2 people in a call \(at most 30 min more/);
    people["bridge-2"] = 0;
    await clock.advance(2_000);
    expect(action.is).to.equal("gone");
  });

  it("counts the time that is left, and one person as one", async () => {
    people["bridge-1"] = 1;
    void arrive(restartOf("turn"));
    await clock.advance(10 * MINUTE);
    expect(said.at(-1)).to.match(/^waits: 1 person in a call \(at most 2[01] min more/);
  });

  it("lets it go after the longest wait although people are in a call", async () => {
    people["bridge-1"] = 9;
    const action = arrive(restartOf("turn"));
    await clock.advance(MAX_WAIT - 5_000);
    expect(action.is).to.equal("waiting");
    await clock.advance(10_000);
    expect(action.is).to.equal("gone");
  });

  it("holds it while a bridge does not say, says which and why, and lets it go after the longest wait", async () => {
    others["bridge-1"] = { kind: "unknown", why: "HTTP 500" };
    const action = arrive(restartOf("turn"));
    await clock.advance(MINUTE);
    expect(action.is).to.equal("waiting");
    const words = "bridge-1 does not say how many people it carries: HTTP 500";
    expect(said[0]).to.equal(`waits: ${words} (at most 30 min more; git push -o now does not wait)`);
    people["bridge-2"] = 2;
    await clock.advance(10_000);
    expect(said.at(-1)).to.match(new RegExp(`^waits: 2 people in a call; ${words} \\(at most`));
    await clock.advance(MAX_WAIT);
    expect(action.is).to.equal("gone");
  });

  it("goes when a check has left without anybody being told, and says so when it stays", async () => {
    others["bridge-1"] = { kind: "checks" };
    const action = arrive(restartOf("turn"));
    await clock.advance(9_000);
    expect([action.is, said]).to.deep.equal(["waiting", []]);
    const other = arrive(restartOf("jitsi"));
    await clock.advance(2_000);
    const words = "a check is on bridge-1 just now, and perhaps people are too";
    expect(said).to.deep.equal([`waits: ${words} (at most 30 min more; git push -o now does not wait)`]);
    others = {};
    await clock.advance(2_000);
    expect([action.is, other.is, said.length]).to.deep.equal(["gone", "gone", 1]);
  });

  it("says at once that people are on one bridge while a check is on the other", async () => {
    others["bridge-1"] = { kind: "checks" };
    people["bridge-2"] = 1;
    void arrive(restartOf("turn"));
    await clock.advance(0);
    expect(said[0]).to.match(/^waits: 1 person in a call; a check is on bridge-1 just now/);
  });

  it("counts what an earlier pass has waited already", async () => {
    people["bridge-1"] = 9;
    const action = arrive(restartOf("turn"), clock.now() - MAX_WAIT + MINUTE);
    await clock.advance(MINUTE - 5_000);
    expect(action.is).to.equal("waiting");
    await clock.advance(10_000);
    expect(action.is).to.equal("gone");
  });

  it("lets it go as soon as somebody says now, also in the middle of the wait", async () => {
    people["bridge-1"] = 9;
    const action = arrive(restartOf("turn"));
    await clock.advance(MINUTE);
    now = true;
    await clock.advance(2_000);
    expect(action.is).to.equal("gone");
  });

  it("asks only the bridge concerned for a bridge, and every bridge for what carries everybody's calls", async () => {
    people["bridge-2"] = 3;
    for (const own of [restartOf("bridge-1"), removalOf("bridge-1")]) {
      const action = arrive(own);
      await clock.advance(0);
      expect(action.is).to.equal("gone");
    }
    expect(new Set(asked)).to.deep.equal(new Set(["bridge-1"]));
    const jitsi = arrive(restartOf("jitsi"));
    await clock.advance(0);
    expect(jitsi.is).to.equal("waiting");
  });

  it("ends with the pass, for its reason", async () => {
    people["bridge-1"] = 9;
    const action = arrive(restartOf("turn"));
    await clock.advance(MINUTE);
    stop.abort(new Error("a newer revision has arrived"));
    await clock.advance(0);
    expect(action).to.deep.equal({ is: "stopped", reason: stop.signal.reason });
    expect(clock.sleepers()).to.equal(0);
  });
});
