/** Confirmation: nothing goes down, or up again, before enough looks have said so. */
import { expect } from "chai";
import * as fc from "fast-check";
import { type Belief, believe, believed, initialBelief } from "../../../../src/checks/states/believe.ts";
import { type Confirmation, confirmationOf } from "../../../../src/checks/states/check-state.ts";

const USUAL = confirmationOf(undefined);

/** `+` a good look, `-` a failed one, `!` a failed one that is certain; one a second. */
function course(looks: string, confirmation: Confirmation = USUAL): readonly Belief[] {
  let belief = initialBelief(0);
  return looks.split("").map((sort, index) => {
    const look = { good: sort === "+", at: index + 1 };
    belief = believe(belief, look, confirmation, sort === "!");
    return belief;
  });
}

function states(looks: string, confirmation?: Confirmation): string {
  return course(looks, confirmation)
    .map((belief) => believed(belief).state)
    .join(" ");
}

describe("what is believed of a check", () => {
  it("is nothing before the first look, and up after one good look", () => {
    expect(believed(initialBelief(7))).to.deep.equal({ state: "unknown", since: 7 });
    expect(states("+")).to.equal("up");
  });

  it("is pending after one failed look, and down after two of the last three", () => {
    expect(states("+--")).to.equal("up pending down");
    expect(states("+-+-")).to.equal("up pending up down");
    expect(states("+-++-")).to.equal("up pending up up pending");
    expect(states("--")).to.equal("pending down");
  });

  it("is up again after two good looks in a row", () => {
    expect(states("--+-++")).to.equal("pending down down down down up");
  });

  it("begins to count anew when something has been confirmed", () => {
    expect(states("--++-")).to.equal("pending down down up pending");
  });

  it("takes one look for what is certain", () => {
    expect(states("+!")).to.equal("up down");
    expect(states("!")).to.equal("down");
  });

  it("takes as many looks as the manifest says", () => {
    const confirmation = confirmationOf({ down: { needed: 1, of: 1 }, up: { needed: 2, of: 4 } });
    expect(states("-+-+", confirmation)).to.equal("down down down up");
  });

  it("knows since when: the first of the failed looks", () => {
    expect(believed(course("+-").at(-1) ?? initialBelief(0))).to.deep.equal({ state: "pending", since: 2 });
    expect(believed(course("++-+-").at(-1) ?? initialBelief(0))).to.deep.equal({ state: "down", since: 3 });
    expect(believed(course("--++").at(-1) ?? initialBelief(0))).to.deep.equal({ state: "up", since: 4 });
  });
});

describe("any course of looks", () => {
  const quorum = fc
    .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 3 }))
    .map(([needed, more]) => ({ needed, of: needed + more }));
  const confirmation = fc.record({ down: quorum, up: quorum });
  const looks = fc.array(fc.constantFrom("+", "-"), { maxLength: 40 }).map((all) => all.join(""));

  it("confirms nothing without as many looks of that sort since the last confirmation", () => {
    fc.assert(
      fc.property(looks, confirmation, (all, wanted) => {
        let since = 0;
        let before: Belief["confirmed"];
        course(all, wanted).forEach(({ confirmed }, index) => {
          if (confirmed === before) return;
          const seen = all.slice(since, index + 1).split("");
          const enough = confirmed === "down" ? wanted.down : wanted.up;
          const count = seen.slice(-enough.of).filter((one) => one === (confirmed === "down" ? "-" : "+"));
          // The first good look of all is enough.
          if (before !== undefined || confirmed === "down")
            expect(count.length).to.be.at.least(enough.needed);
          since = index + 1;
          before = confirmed;
        });
      }),
      { numRuns: 1_000 },
    );
  });

  it("confirms what has been so for as long as is asked for", () => {
    fc.assert(
      fc.property(looks, confirmation, fc.boolean(), (all, wanted, good) => {
        const { of } = good ? wanted.up : wanted.down;
        const end = course(all + (good ? "+" : "-").repeat(of), wanted).at(-1);
        expect(end?.confirmed).to.equal(good ? "up" : "down");
      }),
    );
  });

  it("remembers no more looks than it needs", () => {
    fc.assert(
      fc.property(looks, confirmation, (all, wanted) => {
        for (const belief of course(all, wanted))
          expect(belief.looks.length).to.be.at.most(Math.max(wanted.down.of, wanted.up.of));
      }),
    );
  });
});
