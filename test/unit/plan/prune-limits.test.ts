/** The brake on removals. */
import { expect } from "chai";
import * as fc from "fast-check";
import { valueHash } from "../../../src/consul/inventory.ts";
import type { DesiredState } from "../../../src/model/desired-state.ts";
import type { ActualContainer, ActualState } from "../../../src/observe/actual-state.ts";
import type { Plan } from "../../../src/plan/action.ts";
import { makePlan } from "../../../src/plan/plan.ts";
import { foundContainer, sampleActual } from "../../lab/sample-actual.ts";
import { NO_PLAN_OPTIONS, account, container, state } from "../../lab/sample-site.ts";

const wanted = state({ containers: [] });

function found(name: string, accounts: Readonly<Record<string, string>> = {}): ActualContainer {
  return foundContainer(container({ name, hostPart: 50 }), { record: { accounts } });
}

function plan(desired: DesiredState, actual: Partial<ActualState>, confirmed: readonly string[] = []): Plan {
  return makePlan(desired, sampleActual(actual), { ...NO_PLAN_OPTIONS, confirmed: new Set(confirmed) });
}

const named = (count: number) => Array.from({ length: count }, (_, index) => found(`c${index}`));
const deleted = (made: Plan) => made.actions.filter((one) => one.kind === "delete-container").length;

/** What is confirmed when root says yes to everything. */
const confirms = (made: Plan) => made.blocked.flatMap((one) => one.confirms ?? []);

function keys(count: number) {
  const names = Array.from({ length: count }, (_, index) => `service/k${index}`);
  return {
    consul: {
      state: "ready",
      kv: new Map(names.map((key) => [key, "v"])),
      inventory: new Map(names.map((key) => [key, valueHash("v")])),
      services: new Map(),
      aclReady: true,
    },
  } as const;
}

describe("removals", () => {
  it("of up to three go ahead, whatever share of all they are", () => {
    expect(deleted(plan(wanted, { containers: named(3) }))).to.equal(3);
  });

  it("of more than three and more than 30 % wait, all of them, for one confirmation", () => {
    const actual = { containers: named(4) };
    const waiting = plan(wanted, actual);
    expect(deleted(waiting)).to.equal(0);
    expect(waiting.blocked).to.have.length(1);
    const [{ reason, hint, confirmationId } = { reason: "", hint: "" }] = waiting.blocked;
    expect(reason).to.equal("ConfirmationNeeded");
    expect(hint).to.contain(`convene confirm ${confirmationId}`);
    const confirmed = plan(wanted, actual, confirms(waiting));
    expect(deleted(confirmed)).to.equal(4);
    expect(confirmed.blocked).to.deep.equal([]);
  });

  it("of more than three out of very many go ahead", () => {
    const kept = Array.from({ length: 10 }, (_, index) =>
      container({ name: `k${index}`, hostPart: 60 + index }),
    );
    const containers = [...named(4), ...kept.map((one) => found(one.name))];
    expect(deleted(plan(state({ containers: kept }), { containers }))).to.equal(4);
  });

  it("of other things than those that were confirmed wait again", () => {
    const confirmed = confirms(plan(wanted, { containers: named(4) }));
    expect(deleted(plan(wanted, { containers: named(5) }, confirmed))).to.equal(0);
  });

  it("go on after an interruption without another confirmation", () => {
    const confirmed = confirms(plan(wanted, { containers: named(9) }));
    expect(deleted(plan(wanted, { containers: named(9).slice(2) }, confirmed))).to.equal(7);
  });

  it("of containers, services and keys at once are one accident and one confirmation", () => {
    const services = named(5).map(({ name }) => [name, { id: name, digest: "d", owned: true }] as const);
    const actual = {
      containers: named(5),
      consul: { ...keys(6).consul, services: new Map(services) },
    };
    const waiting = plan(wanted, actual);
    expect(waiting.actions).to.deep.equal([]);
    expect(waiting.blocked).to.have.length(1);
    expect(waiting.blocked[0]?.message).to.match(
      /: container.* and 11 more; 5 of 5 containers, 5 of 5 services, 6 of 6 keys at once/,
    );
    const confirmed = plan(wanted, actual, confirms(waiting));
    expect(confirmed.blocked).to.deep.equal([]);
    expect(confirmed.actions).to.have.length(5 + 5 + 1);
  });

  it("of a confirmed volume waits for its container, if that waits", () => {
    const volume = { pool: "convene", name: "data", config: {}, owned: true, usedBy: [] };
    const disk = { type: "disk", source: "data", pool: "convene", path: "/srv" };
    const [first, ...others] = named(4);
    const containers = [...(first ? [{ ...first, devices: { disk } }] : []), ...others];
    const waiting = plan(wanted, { volumes: [volume], containers }, ["volume/data"]);
    expect(waiting.actions).to.deep.equal([]);
    expect(waiting.blocked.map(({ subject }) => subject)).to.deep.equal(["container/c3", "volume/data"]);
    const [crowd, held] = waiting.blocked;
    expect(held)
      .to.include({ confirmationId: crowd?.confirmationId })
      .and.deep.include({
        confirms: ["volume/data"],
      });
    const confirmed = plan(wanted, { volumes: [volume], containers }, confirms(waiting));
    expect(confirmed.blocked).to.deep.equal([]);
    expect(confirmed.actions.map(({ kind }) => kind)).to.include("delete-volume");
  });

  it("of a volume always wait, each by itself, also in a plan that removes its container", () => {
    const volume = { pool: "convene", config: {}, owned: true, usedBy: [] };
    const volumes = ["a", "b"].map((name) => ({ ...volume, name }));
    const waiting = plan(wanted, { volumes, containers: named(1) });
    expect(waiting.actions.map((one) => one.kind)).to.deep.equal(["delete-container"]);
    expect(new Set(waiting.blocked.map((one) => one.confirmationId)).size).to.equal(2);
    const confirmed = plan(wanted, { volumes }, waiting.blocked[0]?.confirms);
    expect(confirmed.actions.map((one) => one.subject)).to.deep.equal(["volume/a"]);
  });

  it("of keys wait, and what is written beside them does not", () => {
    const desired = { ...wanted, kv: [{ key: "service/new", value: "v" }] };
    const waiting = plan(desired, keys(4));
    const [action] = waiting.actions;
    expect(action).to.deep.include({ kind: "write-kv", deletes: [] });
    expect(action?.changes.map((one) => one.field)).to.deep.equal(["service/new"]);
    expect(waiting.blocked[0]?.message).to.contain("4 of 4 keys");
    expect(plan(desired, keys(4), confirms(waiting)).actions[0]).to.deep.include({
      deletes: [...keys(4).consul.kv.keys()],
    });
  });

  it("of keys that wait keep none from being given up", () => {
    const { consul } = keys(4);
    const inventory = new Map([...consul.inventory, ["service/theirs", valueHash("ours")]]);
    const [action] = plan(wanted, { consul: { ...consul, inventory } }).actions;
    expect(action).to.deep.include({ kind: "write-kv", deletes: [], releases: ["service/theirs"] });
  });

  it("of accounts wait: an emptied people.yaml sends nobody away", () => {
    const people = ["ann", "bob", "eve", "kim"].map((name) => account(name, "jitsi"));
    const jitsi = container({ name: "jitsi", hostPart: 20, files: [] });
    const recorded = Object.fromEntries(people.map((one) => [one.jid, one.fingerprint]));
    const actual = { containers: [found("jitsi", recorded)] };
    const waiting = plan(state({ containers: [{ ...jitsi, devices: found("jitsi").devices }] }), actual);
    expect(waiting.actions.filter((one) => one.kind === "apply-accounts")).to.deep.equal([]);
    expect(waiting.blocked[0]?.message).to.contain("4 of 4 accounts");
  });

  it("that finish a replacement or an interrupted build are no prunes", () => {
    const old = named(5).map(
      (one): ActualContainer => ({ ...one, record: { ...one.record, role: "build" } }),
    );
    expect(deleted(plan(wanted, { containers: old }))).to.equal(5);
  });

  it("never wait for what is not convene's, and never count it", () => {
    const theirs = named(20).map((one) => ({ ...one, name: `x${one.name}`, owned: false }));
    const made = plan(wanted, { containers: [...named(4), ...theirs] });
    expect([deleted(made), made.blocked.length]).to.deep.equal([0, 1]);
  });

  it("wait exactly beyond three and 30 %", () => {
    const numbers = fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 30 }));
    fc.assert(
      fc.property(numbers, ([gone, kept]) => {
        const stay = Array.from({ length: kept }, (_, index) =>
          container({ name: `k${index}`, hostPart: 60 + index }),
        );
        const containers = [...named(gone), ...stay.map((one) => found(one.name))];
        const waits = gone > 3 && gone > 0.3 * (gone + kept);
        expect(deleted(plan(state({ containers: stay }), { containers }))).to.equal(waits ? 0 : gone);
      }),
    );
  });
});
