/** How a plan is carried out: what runs beside what, what is skipped, what is told. */
import { expect } from "chai";
import { type ActionOutcome, applyPlan } from "../../../src/apply/apply-plan.ts";
import type { Action } from "../../../src/plan/action.ts";
import { ConveneError } from "../../../src/system/errors.ts";
import { createFakeClock, createHastyClock, settle } from "../../lab/fake-clock.ts";

type Kind = "delete-container" | "delete-image" | "set-up-acl" | "deregister-service";

function action(id: string, dependsOn: readonly string[] = [], kind: Kind = "delete-container"): Action {
  const base = {
    id,
    subject: id,
    cause: "new",
    reason: "because",
    changes: [],
    disruption: "none",
    dependsOn,
  } as const;
  if (kind === "delete-image") return { ...base, kind, alias: id, fingerprint: id };
  if (kind === "set-up-acl") return { ...base, kind };
  if (kind === "deregister-service") return { ...base, kind, serviceId: id };
  return { ...base, kind, name: id };
}

interface Running {
  readonly log: string[];
  readonly stop: AbortController;
  readonly outcomes: Promise<readonly ActionOutcome[]>;
  /** Ends an action that runs, well or not. */
  end(id: string, error?: Error): Promise<void>;
  open(id: string): Promise<void>;
}

/** Actions run until the test ends them; those named in `gated` wait before. */
function start(
  actions: readonly Action[],
  gated: readonly string[] = [],
  clock = createHastyClock(),
): Running {
  const log: string[] = [];
  const stop = new AbortController();
  const ends = new Map<string, PromiseWithResolvers<undefined>>();
  const gates = new Map(gated.map((id) => [id, Promise.withResolvers<undefined>()]));
  const outcomes = applyPlan(
    { actions, blocked: [] },
    {
      clock,
      signal: stop.signal,
      gate: async ({ id }) => {
        const gate = gates.get(id);
        if (!gate) return;
        stop.signal.addEventListener("abort", () => gate.reject(stop.signal.reason), { once: true });
        await gate.promise;
      },
      run: ({ id }) => {
        const end = Promise.withResolvers<undefined>();
        ends.set(id, end);
        return end.promise;
      },
      onStart: ({ id }) => log.push(`start ${id}`),
      onEnd: (outcome) => log.push(`${outcome.result} ${outcome.action.id}`),
    },
  );
  return {
    log,
    stop,
    outcomes,
    end: async (id, error) => {
      if (error) ends.get(id)?.reject(error);
      else ends.get(id)?.resolve(undefined);
      await settle();
    },
    open: async (id) => {
      gates.get(id)?.resolve(undefined);
      await settle();
    },
  };
}

describe("applying a plan", () => {
  it("runs what is independent at once, and the rest after what it needs", async () => {
    const run = start([action("a"), action("b"), action("c", ["a", "b"])]);
    await settle();
    expect(run.log).to.deep.equal(["start a", "start b"]);
    await run.end("a");
    expect(run.log).not.to.include("start c");
    await run.end("b");
    await run.end("c");
    expect((await run.outcomes).map((one) => one.result)).to.deep.equal(["done", "done", "done"]);
  });

  it("goes on after a failure with what does not need it, and says what was left out and why", async () => {
    const run = start([action("a"), action("b", ["a"]), action("c", ["b"]), action("d")]);
    await settle();
    await run.end("a", new ConveneError({ code: "LxdError", message: "disk full", retryable: true }));
    await run.end("d");
    const outcomes = await run.outcomes;
    expect(run.log).to.have.members(["start a", "start d", "failed a", "skipped b", "skipped c", "done d"]);
    expect(outcomes.find((one) => one.action.id === "a")?.error).to.deep.equal({
      code: "LxdError",
      message: "disk full",
      retryable: true,
      subject: "a",
    });
    expect(outcomes.find((one) => one.action.id === "c")?.because).to.equal("b did not succeed");
  });

  it("runs no more than four of a kind, others beside them, in their order", async () => {
    const many = Array.from({ length: 6 }, (_, index) => action(`a${index}`));
    const run = start([...many, action("b", [], "set-up-acl")]);
    await settle();
    expect(run.log).to.deep.equal(["a0", "a1", "a2", "a3", "b"].map((id) => `start ${id}`));
    await run.end("a2");
    expect(run.log).to.include("start a4").and.not.include("start a5");
    await run.end("a0", new Error("boom"));
    expect(run.log).to.include("start a5");
    for (const id of ["a1", "a3", "a4", "a5", "b"]) await run.end(id);
    expect(await run.outcomes).to.have.length(7);
  });

  it("lets nobody who waits for calls to end keep others of the kind waiting", async () => {
    const gated = ["a0", "a1", "a2", "a3", "a4"];
    const run = start([...gated.map((id) => action(id)), action("free")], gated);
    await settle();
    expect(run.log).to.deep.equal(["start free"]);
    await run.end("free");
    for (const id of gated) await run.open(id);
    for (const id of gated) await run.end(id);
    expect((await run.outcomes).every((one) => one.result === "done")).to.equal(true);
  });

  it("when stopped finishes what runs, starts nothing more, and says who stopped it", async () => {
    const run = start([action("a"), action("gated"), action("b", ["a"])], ["gated"]);
    await settle();
    run.stop.abort(new Error("a newer revision has arrived"));
    await settle();
    expect(run.log).to.deep.equal(["start a", "skipped gated", "skipped b"]);
    await run.end("a");
    const outcomes = await run.outcomes;
    expect(outcomes.map((one) => [one.action.id, one.result, one.because])).to.deep.equal([
      ["gated", "skipped", "a newer revision has arrived"],
      ["b", "skipped", "a newer revision has arrived"],
      ["a", "done", undefined],
    ]);
  });

  it("when stopped does not start what waits for room", async () => {
    const run = start(Array.from({ length: 5 }, (_, index) => action(`a${index}`)));
    await settle();
    run.stop.abort(new Error("stopped"));
    for (const id of ["a0", "a1", "a2", "a3"]) await run.end(id);
    expect(
      (await run.outcomes).filter((one) => one.result === "skipped").map((one) => one.action.id),
    ).to.deep.equal(["a4"]);
  });

  it("calls an error of its own making a failure although the pass was stopped too", async () => {
    const run = start([action("a")]);
    await settle();
    run.stop.abort(new Error("stopped"));
    await run.end("a", new Error("boom"));
    expect((await run.outcomes)[0]).to.deep.include({ result: "failed" });
  });

  it("tells how long each took, well or not, also when the time is set back meanwhile", async () => {
    const clock = createFakeClock();
    const run = start([action("a"), action("b")], [], clock);
    await clock.advance(3_000);
    clock.set(clock.now() - 7_200_000);
    await run.end("a");
    await run.end("b", new Error("boom"));
    expect((await run.outcomes).map(({ milliseconds }) => milliseconds)).to.deep.equal([3_000, 3_000]);
  });

  it("has nothing to do for an empty plan", async () => {
    expect(await start([]).outcomes).to.deep.equal([]);
  });
});
