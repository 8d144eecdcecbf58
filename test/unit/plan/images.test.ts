/** Images: built when missing, removed when nothing is made from them any more. */
import { expect } from "chai";
import type { ActualContainer, ActualImage } from "../../../src/observe/actual-state.ts";
import type { Action } from "../../../src/plan/action.ts";
import { makePlan } from "../../../src/plan/plan.ts";
import { foundContainer, sampleActual } from "../../lab/sample-actual.ts";
import { NO_PLAN_OPTIONS, container, state } from "../../lab/sample-site.ts";

const turn = container({ name: "turn", hostPart: 15, image: "2" });
const current = image("convene-turn-2", "2");
const former = image("convene-turn-1", "1");
const olderTurn = foundContainer(turn, { baseImage: "1", record: { image: former.alias } });
const currentTurn = foundContainer(turn, { baseImage: "2" });

function image(alias: string, fingerprint: string, owned = true): ActualImage {
  return { alias, fingerprint, owned };
}

function actionsFor(
  kind: Action["kind"],
  containers: readonly ActualContainer[],
  images: readonly ActualImage[],
): readonly Action[] {
  const desired = state({ containers: [turn] });
  const { actions } = makePlan(desired, sampleActual({ containers, images }), NO_PLAN_OPTIONS);
  return actions.filter((one) => one.kind === kind);
}

describe("an image that is wanted", () => {
  it("is built when it is missing, and only then", () => {
    expect(actionsFor("build-image", [], []).map((one) => one.id)).to.deep.equal([
      "build image/convene-turn-2",
    ]);
    expect(actionsFor("build-image", [], [current])).to.deep.equal([]);
  });

  it("is built after what an interrupted build left is gone", () => {
    const builder = foundContainer(turn, { name: "build-turn", record: { role: "build" } });
    const [build] = actionsFor("build-image", [builder], []);
    expect(build?.dependsOn).to.deep.equal(["delete container/build-turn"]);
  });
});

describe("an image nobody wants any more", () => {
  const deletes = actionsFor.bind(undefined, "delete-image");

  it("goes in the plan that replaces its last container, after that one's old form", () => {
    expect(
      deletes([olderTurn], [current, former]).map((one) => [one.afterVerify, one.dependsOn]),
    ).to.deep.equal([[true, ["delete container/turn-old"]]]);
  });

  it("goes when nothing is made from it", () => {
    expect(deletes([currentTurn], [current, former])).to.have.length(1);
  });

  it("stays while a container is made from it that stays", () => {
    const theirs = foundContainer(turn, { name: "theirs", owned: false, baseImage: "1" });
    expect(deletes([currentTurn, theirs], [current, former])).to.deep.equal([]);
  });

  it("stays when it is not ours, or is the wanted one by another name too", () => {
    expect(deletes([currentTurn], [current, image("other", "1", false)])).to.deep.equal([]);
    expect(deletes([], [current, image("nickname", "2")])).to.deep.equal([]);
  });
});
