import { expect } from "chai";
import * as fc from "fast-check";
import type { Notification, Observation, Problem, TrackedAlerts } from "../../../src/alerts/alert.ts";
import { type AlertRules, evaluate } from "../../../src/alerts/evaluate.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 10, 22);

const rules: AlertRules = {
  graceUntil: 0,
  repeatMs: 4 * HOUR,
  forgetMs: HOUR,
};

function failing(at: number, change: Partial<Problem> = {}): Problem {
  return {
    name: "CheckFailing",
    subject: "turn-udp",
    severity: "critical",
    reason: "no_answer",
    message: "nothing came back",
    evidence: {},
    observedAt: at,
    confirmations: 2,
    ...change,
  };
}

function look(problems: readonly Problem[], change: Partial<Observation> = {}): Observation {
  return { problems, isOver: () => true, isWatched: () => true, site: "meet", url: "", ...change };
}

/** A memory that is fed one look after the other and answers what is told. */
function timeline(own: AlertRules = rules) {
  let tracked: TrackedAlerts = new Map();
  return (minute: number, observe: (at: number) => Observation): readonly string[] => {
    const at = START + minute * MINUTE;
    const result = evaluate(tracked, observe(at), at, own);
    tracked = result.tracked;
    return result.notifications.map((one) => `${one.kind} ${one.subject}`);
  };
}

const bad = (at: number) => look([failing(at)]);
const good = () => look([]);
const same = () => look([failing(START)]);
const other = (at: number) => look([failing(at, { reason: "wrong_credentials" })]);
const warning = (at: number) => look([failing(at, { severity: "warning" })]);
const unknown = () => look([], { isOver: () => false });
const gone = () => look([], { isOver: () => false, isWatched: () => false });

describe("what is told, and when", () => {
  it("says nothing of a single failed look", () => {
    const at = timeline();
    expect([...at(0, bad), ...at(1, good), ...at(2, bad), ...at(3, good)]).to.deep.equal([]);
  });

  it("counts a look that is dated before the last, as the clock was set back", () => {
    const at = timeline();
    expect([...at(0, bad), ...at(-120, bad)]).to.deep.equal(["firing turn-udp"]);
  });

  it("tells at the second failed look in a row, once", () => {
    const at = timeline();
    expect([at(0, bad), at(1, bad), at(2, bad)]).to.deep.equal([[], ["firing turn-udp"], []]);
  });

  it("does not count one look seen twice", () => {
    const at = timeline();
    expect([at(0, same), at(1, same), at(2, same)]).to.deep.equal([[], [], []]);
  });

  it("tells what is certain at the first look", () => {
    const at = timeline();
    expect(at(0, (now) => look([failing(now, { confirmations: 1 })]))).to.deep.equal(["firing turn-udp"]);
  });

  it("always tells a recovery, and when it began", () => {
    const at = timeline();
    at(0, bad);
    at(1, bad);
    expect(at(2, good)).to.deep.equal(["resolved turn-udp"]);
    expect(at(3, good)).to.deep.equal([]);
  });

  it("repeats the same after four hours, not before", () => {
    const at = timeline();
    at(0, bad);
    at(1, bad);
    expect(at(240, bad)).to.deep.equal([]);
    expect(at(241, bad)).to.deep.equal(["repeated turn-udp"]);
    expect(at(242, bad)).to.deep.equal([]);
  });

  it("tells another reason at once, but not the same two reasons in turn for ever", () => {
    const at = timeline();
    at(0, bad);
    at(1, bad);
    expect(at(2, other)).to.deep.equal(["changed turn-udp"]);
    expect([at(3, bad), at(4, other), at(5, bad)]).to.deep.equal([[], [], []]);
  });

  it("takes a changed text for the same alert", () => {
    const at = timeline();
    at(0, bad);
    at(1, bad);
    expect(at(2, (now) => look([failing(now, { message: "other words" })]))).to.deep.equal([]);
  });

  it("tells at once when a warning becomes critical", () => {
    const at = timeline();
    at(0, warning);
    at(1, warning);
    expect(at(2, bad)).to.deep.equal(["changed turn-udp"]);
  });

  it("waits out the start, and tells afterwards", () => {
    const at = timeline({ ...rules, graceUntil: START + 5 * MINUTE });
    expect([at(0, bad), at(1, bad), at(4, bad)]).to.deep.equal([[], [], []]);
    expect(at(5, bad)).to.deep.equal(["firing turn-udp"]);
  });

  it("does not take silence for recovery", () => {
    const at = timeline();
    at(0, bad);
    at(1, bad);
    expect([at(2, unknown), at(3, bad), at(4, good)]).to.deep.equal([[], [], ["resolved turn-udp"]]);
  });

  it("lets go of a check that nobody runs any more", () => {
    const at = timeline();
    at(0, bad);
    at(1, bad);
    expect([at(60, gone), at(61, gone)]).to.deep.equal([[], ["resolved turn-udp"]]);
  });

  it("does not let go of one that cannot be asked, however long", () => {
    const at = timeline();
    at(0, bad);
    at(1, bad);
    expect([at(61, unknown), at(600, unknown)]).to.deep.equal([[], []]);
  });

  it("says since when it has been so, and what else it takes down", () => {
    const problem = failing(START, { since: START - HOUR, confirmations: 1, also: ["conference"] });
    const { notifications } = evaluate(new Map(), look([problem]), START, rules);
    expect(notifications).to.have.length(1);
    expect(notifications[0]).to.deep.include({ startsAt: START - HOUR, also: ["conference"] });
  });
});

/** What is told while the states follow each other, each so many minutes after the one before. */
function play(steps: readonly (readonly [string, number])[]): readonly Notification[] {
  let tracked: TrackedAlerts = new Map();
  let now = START;
  return steps.flatMap(([state, minutes]) => {
    now += minutes * MINUTE;
    const problem = failing(now, { reason: state === "worse" ? "other" : "no_answer" });
    const observation =
      state === "silent"
        ? look([], { isOver: () => false })
        : look(state === "good" ? [] : [problem], { isOver: () => state === "good" });
    const result = evaluate(tracked, observation, now, { ...rules, forgetMs: Number.POSITIVE_INFINITY });
    tracked = result.tracked;
    return result.notifications;
  });
}

describe("any course of trouble", () => {
  const states = fc.constantFrom("good", "bad", "worse", "silent");
  const course = fc.array(fc.tuple(states, fc.integer({ min: 1, max: 90 })), { maxLength: 60 });

  it("is told as firing, then perhaps more, then resolved, and never otherwise", () => {
    fc.assert(
      fc.property(course, (steps) => {
        let open = false;
        for (const one of play(steps)) {
          expect(one.kind === "firing").to.equal(!open);
          open = one.kind !== "resolved";
          expect(one.endsAt === undefined).to.equal(open);
        }
        if (
          steps.some(([state]) => state !== "silent") &&
          steps.findLast(([s]) => s !== "silent")?.[0] === "good"
        )
          expect(open).to.equal(false);
      }),
    );
  });

  it("tells no reason twice within four hours of one trouble", () => {
    fc.assert(
      fc.property(course, (steps) => {
        let told = new Map<string, number>();
        for (const one of play(steps)) {
          if (one.kind === "resolved") {
            told = new Map();
            continue;
          }
          const before = told.get(one.reason);
          if (before !== undefined) expect(one.at - before).to.be.at.least(rules.repeatMs);
          told.set(one.reason, one.at);
        }
      }),
    );
  });
});
