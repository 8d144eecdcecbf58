/** The checks' media process against another WebRTC stack: connections made, refused, held, lost, and audio through them. */
import { expect } from "chai";
import { once } from "node:events";
import { createSocket } from "node:dgram";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCheckContext } from "../../src/checks/check-context.ts";
import { CheckFailure, CheckRun } from "../../src/checks/check-run.ts";
import { createMediaLauncher } from "../../src/checks/media/media-launcher.ts";
import { type MediaProcess, startMedia } from "../../src/checks/media/media-process.ts";
import type { RemoteParameters } from "../../src/checks/media/media-messages.ts";
import { writePackage } from "../../systemd/bundle.ts";
import { type MediaCounterpart, startCounterpart } from "../lab/media-counterpart.ts";

/** Where the wait for nothing is the test. */
const IMPATIENT = { iceMs: 400, dtlsMs: 400 };

describe("the media process", function () {
  this.timeout(20_000);
  const stop = new AbortController();
  let media: MediaProcess;
  let counterpart: MediaCounterpart;

  before(() => {
    media = start(stop.signal);
    counterpart = startCounterpart();
  });

  after(() => {
    media.close();
    counterpart.end();
  });

  function start(signal: AbortSignal): MediaProcess {
    return startMedia(new CheckRun(createCheckContext({ clock: Date, signal }), signal));
  }

  /** A participant's other side, which knows its credentials and none of its addresses. */
  async function otherSide(name: string): Promise<RemoteParameters> {
    const parameters = await counterpart.open(name);
    await counterpart.answer(name, await media.open(name));
    return parameters;
  }

  async function meet(): Promise<void> {
    const [a, b] = [await otherSide("a"), await otherSide("b")];
    await Promise.all([media.connect("a", a), media.connect("b", b)]);
  }

  it("connects to a controlling side that knows its credentials only, and encrypts", async () => {
    const remote = await otherSide("a");
    const connected = await media.connect("a", remote);
    expect(connected.remote).to.deep.equal(remote.candidates[0]);
    expect(connected.srtpProfile).to.equal("AEAD_AES_128_GCM");
    expect(connected.iceMs).to.be.greaterThan(0);
    expect(connected.dtlsMs).to.be.greaterThan(0);
  });

  it("carries audio both ways and dates it on one clock", async () => {
    await meet();
    await counterpart.forward("a", "b");
    await counterpart.forward("b", "a");
    const { leftToRight, rightToLeft } = await media.exchange("a", "b", 25);
    for (const flow of [leftToRight, rightToLeft]) {
      expect(flow.sent).to.be.within(12, 15);
      expect(flow.received).to.equal(flow.sent);
      expect(flow.delay?.median).to.be.greaterThan(0);
      expect(flow.delay?.p95).to.be.at.least(flow.delay?.median ?? 0);
      expect(flow.jitter).to.be.at.least(0);
    }
  });

  it("tells the direction that loses packets from the one that loses all", async () => {
    await meet();
    await counterpart.forward("a", "b", 2);
    const { leftToRight, rightToLeft } = await media.exchange("a", "b", 25);
    expect(leftToRight.received).to.be.within(1, leftToRight.sent - 1);
    expect(rightToLeft).to.include({ received: 0 });
    expect(rightToLeft).not.to.have.any.keys("delay", "jitter");
  });

  it("refuses a certificate that is not the signalled one", async () => {
    const remote = await otherSide("a");
    const fingerprints = [{ hash: "sha-256", value: Array.from({ length: 32 }, () => "AB").join(":") }];
    const failure = await failureOf(media.connect("a", { ...remote, fingerprints }));
    expect(failure).to.include({ reason: "fingerprint_mismatch" });
    expect(failure.message).to.contain(remote.fingerprints[0]?.value);
  });

  it("says ice_failed when the address answers nothing", async () => {
    const silent = createSocket("udp4").bind(0, "127.0.0.1");
    await once(silent, "listening");
    const candidates = [{ address: "127.0.0.1", port: silent.address().port }];
    const remote = { ...(await otherSide("a")), candidates };
    const failure = await failureOf(media.connect("a", remote, IMPATIENT));
    silent.close();
    expect(failure).to.include({ reason: "ice_failed" });
  });

  it("says dtls_failed, and why, when the other side expects another certificate", async () => {
    const remote = await counterpart.open("a");
    const local = await media.open("a");
    const value = remote.fingerprints[0]?.value ?? "";
    await counterpart.answer("a", { ...local, fingerprint: { hash: "sha-256", value } });
    const failure = await failureOf(media.connect("a", remote));
    expect(failure).to.include({ reason: "dtls_failed" });
    expect(failure.message).to.contain("alert");
  });

  it("holds a connection by consent checks both ways, and notices that another is gone", async () => {
    await meet();
    await counterpart.close("a");
    const [held, lost] = await Promise.all([media.hold("b", 7_000), media.hold("a", 7_000)]);
    expect(held).to.include({ held: true, words: "" });
    expect(held.answered).to.be.at.least(1);
    expect(held.asked).to.be.at.least(1);
    expect(lost).to.include({ held: false });
    // Its goodbye arrives, or does not.
    expect(lost.words).to.be.oneOf(["the other side answers no longer", "DTLS is closed"]);
  });

  it("runs from its bundle, away from every library", async () => {
    const folder = await mkdtemp(join(tmpdir(), "convene-media-"));
    try {
      await writePackage({ directory: join(folder, "dist") });
      const context = createCheckContext({
        clock: Date,
        signal: stop.signal,
        media: createMediaLauncher(join(folder, "dist/media-child.mjs")),
      });
      const bundled = startMedia(new CheckRun(context, stop.signal));
      const remote = await counterpart.open("bundled");
      await counterpart.answer("bundled", await bundled.open("bundled"));
      expect(await bundled.connect("bundled", remote)).to.include({ connected: true });
      bundled.close();
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("is killed when the check's time is over, whatever it is doing, and answers nothing any more", async () => {
    const deadline = new AbortController();
    const killed = start(deadline.signal);
    await killed.open("a");
    const holding = killed.hold("a", 30_000).catch((error: unknown) => error);
    const over = new Error("the check's time is over");
    deadline.abort(over);
    expect(await holding).to.equal(over);
    expect(await killed.open("b").catch((error: unknown) => error)).to.equal(over);
  });
});

async function failureOf(work: Promise<unknown>): Promise<CheckFailure> {
  const error = await work.then(
    () => undefined,
    (why: unknown) => why,
  );
  if (error instanceof CheckFailure) return error;
  throw new Error("it did not fail as a check does", { cause: error });
}
