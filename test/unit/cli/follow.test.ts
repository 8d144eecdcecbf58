/** Following a revision to its verdict. */
import { expect } from "chai";
import { createEventPrinter } from "../../../src/cli/event-printer.ts";
import { exitCodeOfVerdict } from "../../../src/cli/exit-code.ts";
import { follow, type FollowOptions } from "../../../src/cli/follow.ts";
import type { Verdict } from "../../../src/agent/agent-event.ts";
import type { EventView } from "../../../src/control/plan-view.ts";
import { EMPTY_STATUS } from "../../lab/fake-agent.ts";
import { createFakeClock, type FakeClock } from "../../lab/fake-clock.ts";
import { failureOf } from "../../lab/failure.ts";

const COMMIT = "a".repeat(40);
const NEWER = "b".repeat(40);
const READY: Verdict = {
  outcome: "ready",
  revision: `${COMMIT}+catalogue@1`,
  reason: "ReconciliationSucceeded",
  message: "Ready",
  actions: 0,
  milliseconds: 1,
};
const BUILDING: EventView = {
  at: 0,
  pass: 1,
  type: "action-started",
  id: "build image/turn",
  subject: "image/turn",
};

interface Scene {
  readonly options: FollowOptions;
  readonly clock: FakeClock;
  readonly lines: string[];
  readonly calls: string[];
}

/** `events` come one after the other; without an end they stay open. */
function scene(
  events: readonly EventView[],
  changes: Partial<FollowOptions> = {},
  remembered?: Verdict,
  status = EMPTY_STATUS,
): Scene {
  const clock = createFakeClock(0);
  const lines: string[] = [];
  const calls: string[] = [];
  async function* stream(signal: AbortSignal): AsyncGenerator<EventView> {
    yield* events;
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  }
  const client: FollowOptions["client"] = {
    status: async () => status,
    events: async (signal) => {
      calls.push("events");
      return stream(signal);
    },
    reconcile: async ({ now, reason }) => {
      calls.push(`reconcile ${reason} ${now}`);
    },
    wait: async () => (remembered ? remembered : new Promise(() => undefined)),
  };
  const options: FollowOptions = {
    client,
    clock,
    signal: new AbortController().signal,
    printer: createEventPrinter({ print: (line) => lines.push(line), plan: "summary" }),
    commit: COMMIT,
    now: false,
    reason: "push",
    timeoutMs: 60_000,
    ...changes,
  };
  return { options, clock, lines, calls };
}

const verdictEvent = (pass: number, verdict: Verdict): EventView => ({
  at: 0,
  pass,
  type: "verdict",
  verdict,
});

function planned(revision: string): EventView {
  return { at: 0, pass: 1, type: "planned", revision, plan: { actions: [], blocked: [] } };
}

async function* ended(): AsyncGenerator<EventView> {}

describe("following a revision", () => {
  it("subscribes before it wakes the agent", async () => {
    const { options, calls } = scene([verdictEvent(1, READY)], { now: true });
    expect(await follow(options)).to.equal(READY);
    expect(calls).to.deep.equal(["events", "reconcile push true"]);
  });

  it("tells of no waiting when the push said that nothing is to wait", async () => {
    const waiting: EventView = {
      at: 0,
      pass: 1,
      type: "waiting",
      subject: "files turn",
      message: "waits: 2 people in a call",
    };
    for (const now of [false, true]) {
      const { options, lines } = scene([waiting, verdictEvent(1, READY)], { now });
      expect(await follow(options)).to.equal(READY);
      expect(lines.filter((line) => line.includes("2 people")).length).to.equal(now ? 0 : 1);
    }
  });

  it("does not take another revision's verdict for its own", async () => {
    const other = { ...READY, revision: `${NEWER}+catalogue@1`, outcome: "failed" } as const;
    const { options } = scene([verdictEvent(1, other), verdictEvent(2, READY)]);
    expect(await follow(options)).to.equal(READY);
  });

  it("takes the verdict of a pass that failed before it knew the revision", async () => {
    const { revision: _none, ...failed } = { ...READY, outcome: "stalled" } as const;
    const started: EventView = { at: 0, pass: 4, type: "pass-started", wakeups: ["push"], revision: COMMIT };
    const { options } = scene([started, verdictEvent(4, failed)]);
    expect((await follow(options))?.outcome).to.equal("stalled");
  });

  it("is superseded by a revision that contains it, and not by any other", async () => {
    const { options } = scene([planned("c".repeat(40)), planned(`${NEWER}+catalogue@1`)], {
      isNewer: async (revision) => revision.startsWith(NEWER),
    });
    const verdict = await follow(options);
    expect(verdict?.outcome).to.equal("superseded");
    expect(exitCodeOfVerdict(verdict)).to.equal(3);
  });

  it("goes on when a pass is cut short for the very commit that is still wanted", async () => {
    const cut = { ...READY, outcome: "superseded" } as const;
    const events = [verdictEvent(1, cut), verdictEvent(2, READY)];
    expect(await follow(scene(events, { isWanted: async () => true }).options)).to.equal(READY);
    expect(await follow(scene(events, { isWanted: async () => false }).options)).to.equal(cut);
  });

  it("does not wait for a suspended agent", async () => {
    const condition = {
      type: "Suspended",
      status: "True",
      reason: "Suspended",
      message: "exam week",
      lastTransitionTime: "2026-01-01T00:00:00.000Z",
    } as const;
    const { options } = scene([], {}, undefined, { ...EMPTY_STATUS, conditions: [condition] });
    const verdict = await follow(options);
    expect(verdict?.outcome).to.equal("suspended");
    expect(verdict?.message).to.equal("exam week");
  });

  it("learns the verdict of a pass that was over before the subscription", async () => {
    const { options, clock } = scene([], {}, READY);
    const result = follow(options);
    await clock.advance(1_000);
    expect(await result).to.equal(READY);
  });

  it("without a commit, waits for a pass that began after the wake-up", async () => {
    const started: EventView = { at: 0, pass: 2, type: "pass-started", wakeups: ["convene reconcile"] };
    const earlier = { ...READY, message: "the pass before" };
    const { options } = scene([verdictEvent(1, earlier), started, verdictEvent(2, READY)], {
      commit: undefined,
    });
    expect((await follow(options))?.message).to.equal("Ready");
  });

  it("says something at least every ten seconds", async () => {
    const { options, clock, lines } = scene([BUILDING], { timeoutMs: 35_000 });
    const result = follow(options);
    await clock.advance(36_000);
    expect(await result).to.equal(undefined);
    expect(lines).to.have.length(3);
    expect(lines[0]).to.match(/^ {2}… still at build image\/turn, 9\.\d s$/);
    expect(lines[2]).to.match(/^ {2}… still at build image\/turn, 27\.\d s$/);
  });

  it("says so also when the time is set back meanwhile", async () => {
    const { options, clock, lines } = scene([BUILDING], { timeoutMs: 10_000 });
    const result = follow(options);
    await clock.advance(5_000);
    clock.set(clock.now() - 7_200_000);
    await clock.advance(5_000);
    expect(lines).to.deep.equal(["  … still at build image/turn, 0 ms"]);
    expect(await result).to.equal(undefined);
  });

  it("says that the agent has gone when its events end", async () => {
    const { options } = scene([]);
    const client = { ...options.client, events: async () => ended() };
    expect((await failureOf(follow({ ...options, client }))).code).to.equal("AgentUnreachable");
  });

  it("turns a verdict into an exit code", () => {
    expect(exitCodeOfVerdict(READY)).to.equal(0);
    expect(exitCodeOfVerdict({ ...READY, outcome: "failed" })).to.equal(1);
    expect(exitCodeOfVerdict({ ...READY, outcome: "stalled" })).to.equal(1);
    expect(exitCodeOfVerdict(undefined)).to.equal(3);
  });

  it("ends a failed pass with the errors whose events came before it listened, each once", async () => {
    const seen = { code: "LxdError", message: "no space", subject: "container/turn", retryable: true };
    const missed = {
      code: "FileRejected",
      message: "the file is refused: \nunknown keyword",
      subject: "files proxy",
      retryable: false,
    };
    const verdict: Verdict = { ...READY, outcome: "failed", reason: "FileRejected", message: "files proxy" };
    const whole = { code: "FileRejected", message: verdict.message, retryable: false };
    const { options, lines } = scene(
      [
        { type: "action-failed", at: 0, pass: 1, id: "create container/turn", subject: "x", error: seen },
        { type: "verdict", at: 0, pass: 1, verdict },
      ],
      {},
      undefined,
      { ...EMPTY_STATUS, errors: [seen, missed, whole] },
    );
    await follow(options);
    expect(lines.filter((line) => line.includes("no space"))).to.have.length(1);
    expect(lines).to.include("✗ files proxy: the file is refused: ").and.to.include("  unknown keyword");
    expect(lines.filter((line) => line === "✗ files proxy")).to.deep.equal([]);
  });
});
