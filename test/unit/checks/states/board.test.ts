/** What is remembered of each rung, and what excuses a failure. */
import { expect } from "chai";
import type { CheckResult } from "../../../../src/checks/check.ts";
import { type Board, createBoard } from "../../../../src/checks/states/board.ts";
import { confirmationOf } from "../../../../src/checks/states/check-state.ts";
import { createRungGraph, type Rung } from "../../../../src/checks/states/rung-graph.ts";
import { checkResult } from "../../../lab/sample-check.ts";

const MINUTE = 60_000;

const turn: Rung = {
  name: "turn",
  sort: "check",
  kind: "turn",
  needs: ["container/turn"],
  leansOn: ["container/proxy"],
  alike: [],
  container: "turn",
};
const turnTcp: Rung = { ...turn, name: "turn-tcp", alike: ["turn"] };
const page: Rung = { name: "page", sort: "check", kind: "http", needs: [], leansOn: [], alike: [] };
const containers = ["turn", "proxy"].map(
  (container): Rung => ({
    name: `container/${container}`,
    sort: "container",
    kind: "container",
    needs: [],
    leansOn: [],
    alike: [],
    container,
  }),
);

describe("the memory of the checks", () => {
  let now: number;
  let board: Board;
  beforeEach(() => {
    now = 0;
    board = createBoard({
      clock: { now: () => now, monotonic: () => now },
      isCertain: (_kind, reason) => reason === "expired",
      explainedBy: () => undefined,
    });
    board.configure(createRungGraph([...containers, turn, turnTcp, page]), () => confirmationOf(undefined));
  });

  /** A look a minute after the last. */
  const look = (name: string, change: Partial<CheckResult> = {}, final = false) => {
    now += MINUTE;
    board.record(checkResult({ name, checkedAt: now, ...change }), { final });
  };
  const fail = (name: string, reason = "refused", final = false) => look(name, { ok: false, reason }, final);
  const stands = (name: string) => {
    const found = board.standing(name);
    return found && `${found.state} ${found.since / MINUTE}${found.because ? ` ${found.because}` : ""}`;
  };

  it("knows nothing of what has not been looked at", () => {
    expect(stands("turn")).to.equal("unknown 0");
    expect(board.standing("nothing")).to.equal(undefined);
  });

  it("believes a failure that is certain at the first look", () => {
    look("turn");
    fail("turn", "expired");
    expect(stands("turn")).to.equal("down 2");
  });

  it("excuses what fails while its container is being changed, and counts it afterwards", () => {
    look("turn");
    board.beginChange("turn");
    expect(stands("turn")).to.equal("maintenance 1 turn is being changed");
    fail("turn");
    fail("turn");
    expect(stands("turn")).to.equal("maintenance 1 turn is being changed");
    expect(board.endChanges()).to.have.members(["turn", "turn-tcp", "container/turn"]);
    // What failed meanwhile did not count.
    expect(stands("turn")).to.equal("pending 2");
    fail("turn");
    expect(stands("turn")).to.equal("pending 4");
    fail("turn");
    expect(stands("turn")).to.equal("down 4");
  });

  it("excuses a failure for a container further down, but does not call it maintenance while it holds", () => {
    look("turn");
    board.beginChange("proxy");
    expect(stands("turn")).to.equal("up 1");
    fail("turn");
    expect(stands("turn")).to.equal("maintenance 1 proxy is being changed");
  });

  it("excuses nothing for ever", () => {
    board.beginChange("turn");
    now = 10 * MINUTE;
    fail("turn");
    fail("turn");
    expect(stands("turn")).to.equal("down 11");
  });

  it("counts the last word of a verification although the change is not over", () => {
    board.beginChange("turn");
    fail("turn", "refused", true);
    fail("turn", "refused", true);
    board.endChanges();
    expect(stands("turn")).to.equal("down 1");
  });

  it("asks for another look at what has not been seen since the change, and at what fails", () => {
    look("turn");
    fail("page");
    board.beginChange("turn");
    look("turn");
    expect(board.endChanges()).to.have.members(["container/turn", "turn-tcp", "page"]);
    expect(board.endChanges()).to.deep.equal([]);
  });

  it("is in maintenance while a bridge drains, and neither up nor down for it", () => {
    look("turn");
    look("turn", { reason: "draining", severity: "info", message: "it drains" });
    look("turn", { reason: "draining", severity: "info", message: "it drains" });
    expect(stands("turn")).to.equal("maintenance 2 it drains");
    look("turn");
    expect(stands("turn")).to.equal("up 1");
  });

  it("knows nothing any more when the check itself is broken", () => {
    look("turn");
    fail("turn", "internal_error");
    expect(stands("turn")).to.equal("unknown 2 the check is broken: it does not answer");
    look("turn");
    expect(stands("turn")).to.equal("up 1");
  });

  it("learns nothing from a look that was stopped", () => {
    look("turn");
    look("turn", { reason: "aborted", severity: "info" });
    expect(stands("turn")).to.equal("up 1");
    expect(board.standing("turn")?.result?.reason).to.equal("ok");
  });

  it("keeps from asking what cannot hold, and from calling it down", () => {
    look("turn");
    fail("container/turn");
    expect([board.blocker("turn"), stands("turn")]).to.deep.equal(["container/turn", "up 1"]);
    fail("container/turn");
    expect(stands("turn")).to.equal("unknown 2 container/turn is down");
    expect(board.blocker("page")).to.equal(undefined);
    look("container/turn");
    expect([board.blocker("turn"), stands("turn")]).to.deep.equal([undefined, "up 1"]);
  });

  it("takes the same reason of two that are alike for one trouble, and another reason for its own", () => {
    for (const name of ["turn", "turn", "turn-tcp", "turn-tcp"]) fail(name, "wrong_secret");
    expect(stands("turn-tcp")).to.equal("unknown 1 turn is down");
    for (const name of ["turn-tcp", "turn-tcp"]) fail(name, "no_answer");
    expect(stands("turn-tcp")).to.equal("down 5");
  });

  it("goes on from what an earlier process remembered, with the looks that this one makes", () => {
    fail("turn");
    const next = createBoard({
      clock: { now: () => now, monotonic: () => now },
      isCertain: () => false,
      explainedBy: () => undefined,
      remembered: new Map(board.memories()),
    });
    next.configure(createRungGraph([...containers, turn]), () => confirmationOf(undefined));
    expect([next.standing("turn")?.state, next.order("turn")]).to.deep.equal(["pending", 0]);
    next.record(checkResult({ name: "turn", ok: false }));
    expect(next.standing("turn")?.state).to.equal("down");
  });

  it("forgets what is gone", () => {
    fail("turn");
    board.configure(createRungGraph([page]), () => confirmationOf(undefined));
    expect(board.standings().map(({ name }) => name)).to.deep.equal(["page"]);
    expect([...board.memories().keys()]).to.deep.equal([]);
  });
});
