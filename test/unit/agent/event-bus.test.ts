import { expect } from "chai";
import type { AgentEvent } from "../../../src/agent/agent-event.ts";
import { createEventBus } from "../../../src/agent/event-bus.ts";
import { settle } from "../../lab/fake-clock.ts";

function event(pass: number): AgentEvent {
  return { at: 0, pass, type: "pass-started", wakeups: [] };
}

async function collect(events: AsyncIterable<AgentEvent>): Promise<number[]> {
  const passes: number[] = [];
  for await (const one of events) passes.push(one.pass);
  return passes;
}

describe("the event bus", () => {
  it("hands everything from then on to every follower, in order", async () => {
    const bus = createEventBus();
    const stop = new AbortController();
    bus.publish(event(0));
    const followers = [collect(bus.follow(stop.signal)), collect(bus.follow(stop.signal))];
    for (const pass of [1, 2, 3]) bus.publish(event(pass));
    await settle();
    bus.publish(event(4));
    stop.abort();
    bus.publish(event(5));
    expect(await Promise.all(followers)).to.deep.equal([
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    ]);
  });

  it("is never held up by a slow follower, who is cut off with what it was promised", async () => {
    const bus = createEventBus();
    const slow = bus.follow(new AbortController().signal)[Symbol.asyncIterator]();
    for (let pass = 1; pass <= 5_000; pass += 1) bus.publish(event(pass));
    const seen: number[] = [];
    for (let next = await slow.next(); !next.done; next = await slow.next()) seen.push(next.value.pass);
    expect(seen).to.deep.equal(Array.from({ length: 1_001 }, (_, index) => index + 1));
  });

  it("does not cut off a follower who keeps up", async () => {
    const bus = createEventBus();
    const stop = new AbortController();
    const collected = collect(bus.follow(stop.signal));
    for (let pass = 1; pass <= 5_000; pass += 1) {
      bus.publish(event(pass));
      if (pass % 500 === 0) await settle();
    }
    stop.abort();
    expect(await collected).to.have.length(5_000);
  });

  it("forgets a follower who leaves", async () => {
    const bus = createEventBus();
    const stop = new AbortController();
    const follower = bus.follow(stop.signal)[Symbol.asyncIterator]();
    bus.publish(event(1));
    await follower.return?.();
    bus.publish(event(2));
    expect((await follower.next()).value).to.deep.include({ pass: 1 });
    expect((await follower.next()).done).to.equal(true);
  });

  it("has nothing for a follower who comes when it is over", async () => {
    const bus = createEventBus();
    const collected = collect(bus.follow(AbortSignal.abort()));
    bus.publish(event(1));
    expect(await collected).to.deep.equal([]);
  });

  it("tells a listener until it has had enough", () => {
    const bus = createEventBus();
    const heard: number[] = [];
    const enough = bus.listen((one) => heard.push(one.pass));
    bus.publish(event(1));
    enough();
    bus.publish(event(2));
    expect(heard).to.deep.equal([1]);
  });

  describe("asked for a revision", () => {
    const commit = (digit: string): string => digit.repeat(40);
    const pass = (number: number, digit: string, outcome: "ready" | "superseded" = "ready"): AgentEvent[] => [
      { at: 0, pass: number, type: "pass-started", wakeups: [], revision: commit(digit) },
      {
        at: 0,
        pass: number,
        type: "planned",
        revision: `${commit(digit)}+catalogue@1`,
        plan: { actions: [], blocked: [] },
      },
      {
        at: 0,
        pass: number,
        type: "verdict",
        verdict: {
          outcome,
          revision: `${commit(digit)}+catalogue@1`,
          reason: "",
          message: "",
          actions: 0,
          milliseconds: 0,
        },
      },
    ];
    const heard = async (passes: readonly AgentEvent[], asked: string): Promise<number[]> => {
      const bus = createEventBus();
      const stop = new AbortController();
      for (const one of passes) bus.publish(one);
      const collected = collect(bus.follow(stop.signal, asked));
      bus.publish(event(99));
      await settle();
      stop.abort();
      return await collected;
    };

    it("begins with the pass that brought its first verdict, also when that is over", async () => {
      const passes = [...pass(1, "a"), ...pass(2, "b"), ...pass(3, "b")];
      expect(await heard(passes, commit("b"))).to.deep.equal([2, 2, 2, 99]);
    });

    it("begins with what has happened of a pass that is under way", async () => {
      expect(await heard([...pass(1, "a"), ...pass(2, "b").slice(0, 2)], commit("b"))).to.deep.equal([
        2, 2, 99,
      ]);
    });

    it("takes a pass that was cut short for no verdict", async () => {
      const passes = [...pass(1, "b", "superseded"), ...pass(2, "b")];
      expect(await heard(passes, commit("b"))).to.deep.equal([1, 1, 1, 2, 2, 2, 99]);
    });

    it("tells nothing of another revision", async () => {
      expect(await heard(pass(1, "a"), commit("b"))).to.deep.equal([99]);
    });
  });
});
