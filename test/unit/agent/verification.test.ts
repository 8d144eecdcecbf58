/** One deadline for a revision, however many passes work on it. */
import { expect } from "chai";
import { type Verification, createVerification } from "../../../src/agent/verification.ts";
import type { Look } from "../../../src/checks/states/watch.ts";
import { type FakeClock, createFakeClock } from "../../lab/fake-clock.ts";
import { checkResult } from "../../lab/sample-check.ts";
import { sampleRequest } from "../../lab/sample-pass.ts";
import { state } from "../../lab/sample-site.ts";

describe("the verification of a revision", () => {
  let clock: FakeClock;
  let verification: Verification;
  let ok: boolean;
  let runs: number;
  let looks: Look[];
  let explained: Promise<void>;
  beforeEach(() => {
    clock = createFakeClock();
    ok = false;
    runs = 0;
    looks = [];
    explained = Promise.resolve();
    verification = createVerification({
      clock,
      select: (desired) => desired.checks,
      runCheck: async ({ name }, _signal, transcript) => {
        runs += 1;
        transcript?.(`> run ${runs}`);
        return checkResult({ name, ok });
      },
      onLook: (look) => {
        looks.push(look);
        return explained;
      },
      signal: new AbortController().signal,
    });
  });

  const checks = [{ name: "web", kind: "http", spec: {}, intervalSeconds: 60 }];
  const run = (giveWay = new AbortController().signal, revision = "r1") =>
    verification.run(state({ containers: [], checks, revision }), sampleRequest(), giveWay);
  /** Verifies and gives way after so long. */
  const interruptedAfter = async (ms: number) => {
    const giveWay = new AbortController();
    const results = run(giveWay.signal);
    await clock.advance(ms);
    giveWay.abort(new Error("something came up"));
    return results;
  };

  it("gives way without results", async () => {
    expect(await interruptedAfter(20_000)).to.equal(undefined);
  });

  it("comes to a verdict although it is interrupted again and again", async () => {
    const started = clock.now();
    for (let pass = 0; pass < 10; pass += 1) {
      const results = await interruptedAfter(20_000);
      if (results === undefined) continue;
      expect(results.map((one) => one.ok)).to.deep.equal([false]);
      expect(clock.now() - started).to.be.within(80_000, 120_000);
      return;
    }
    throw new Error("never a verdict");
  });

  it("comes to a verdict in its time although the clock is set back", async () => {
    const results = run();
    await clock.advance(30_000);
    clock.set(clock.now() - 7_200_000);
    await clock.advance(70_000);
    expect((await results)?.map((one) => one.ok)).to.deep.equal([false]);
  });

  it("tells what was said in the last run of a check, and when that began", async () => {
    const started = clock.monotonic();
    const results = run();
    await clock.advance(100_000);
    await results;
    expect(looks.map(({ transcript }) => transcript)).to.deep.equal([[`> run ${runs}`]]);
    expect(runs).to.be.greaterThan(10);
    expect(looks[0]?.begunAt).to.be.greaterThan(started + 80_000);
  });

  it("ends when it is known what explains its failures, or gives way", async () => {
    const known = Promise.withResolvers<void>();
    explained = known.promise;
    let ended = false;
    const results = run().finally(() => (ended = true));
    await clock.advance(100_000);
    expect([looks.length, ended]).to.deep.equal([1, false]);
    known.resolve();
    expect((await results)?.length).to.equal(1);
    verification.settled();
    explained = new Promise(() => undefined);
    const giveWay = new AbortController();
    const other = run(giveWay.signal);
    await clock.advance(89_500);
    giveWay.abort(new Error("something came up"));
    expect(await other).to.equal(undefined);
  });

  it("is not interrupted any more when its time is over", async () => {
    await interruptedAfter(95_000);
    const [result] = (await run(AbortSignal.abort(new Error("something came up")))) ?? [];
    expect(result?.ok).to.equal(false);
  });

  it("begins anew after a verdict, and for another revision", async () => {
    await interruptedAfter(89_000);
    verification.settled();
    expect(await interruptedAfter(80_000)).to.equal(undefined);
    const other = run(new AbortController().signal, "r2");
    await clock.advance(60_000);
    ok = true;
    await clock.advance(5_000);
    expect((await other)?.map((one) => one.ok)).to.deep.equal([true]);
  });
});
