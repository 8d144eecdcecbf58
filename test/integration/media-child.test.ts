/** The checks' media process against a bridge of another WebRTC stack: connections made, refused, held, lost, and audio. */
import { expect } from "chai";
import { once } from "node:events";
import { createSocket } from "node:dgram";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CheckConference } from "../../src/checks/bridge/colibri.ts";
import { createCheckContext } from "../../src/checks/check-context.ts";
import { CheckFailure, CheckRun } from "../../src/checks/check-run.ts";
import { createMediaLauncher } from "../../src/checks/media/media-launcher.ts";
import type { Hold, LocalParameters, RemoteParameters } from "../../src/checks/media/media-messages.ts";
import { type MediaProcess, startMedia } from "../../src/checks/media/media-process.ts";
import { systemClock } from "../../src/system/clock.ts";
import { bundleMedia } from "../../systemd/bundle.ts";
import { type StandInBridge, startStandInBridge } from "../lab/stand-in-bridge.ts";

/** Where the wait for nothing is the test. */
const IMPATIENT = { iceMs: 400, dtlsMs: 400 };
const OPUS = { packets: 25, payloadType: 111 };

const MEDIA_SOURCE = join(import.meta.dirname, "../../src/checks/media/media-child.ts");
/** A module that makes binding a socket of IPv6 fail as it does where the kernel was started with ipv6.disable=1. */
const WITHOUT_IPV6 = `data:text/javascript,${encodeURIComponent(`
  import dgram from "node:dgram";
  import { syncBuiltinESMExports } from "node:module";
  const { createSocket } = dgram;
  dgram.createSocket = (...args) => {
    const socket = createSocket(...args);
    const type = args[0]?.type ?? args[0];
    if (type === "udp6") socket.bind = () => {
      process.nextTick(() => socket.emit("error", Object.assign(new Error("bind EAFNOSUPPORT"), { code: "EAFNOSUPPORT" })));
      return socket;
    };
    return socket;
  };
  syncBuiltinESMExports();
`)}`;

interface Meeting {
  readonly conference: CheckConference;
  readonly path: string;
}

describe("the media process", function () {
  this.timeout(20_000);
  const stop = new AbortController();
  let folder: string;
  let bridge: StandInBridge;
  let media: MediaProcess;
  let meetings = 0;
  let waited: Promise<readonly [Hold, Hold]>;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "convene-media-"));
    media = start();
    bridge = await startStandInBridge({ folder });
    waited = wait();
    waited.catch(() => undefined);
  });

  afterEach(async () => {
    await bridge.post("lab/well");
  });

  after(async () => {
    media.close();
    await bridge?.stop();
    await rm(folder, { recursive: true });
  });

  function run(signal = stop.signal, script?: string): CheckRun {
    const own = script === undefined ? {} : { media: createMediaLauncher(script) };
    return new CheckRun(createCheckContext({ clock: systemClock, signal, ...own }), signal);
  }

  function start(signal?: AbortSignal, script?: string): MediaProcess {
    return startMedia(run(signal, script));
  }

  function newMeeting(): Meeting {
    meetings += 1;
    const meetingId = `meeting-${meetings}`;
    const server = { address: "127.0.0.1", port: bridge.ports.http };
    return {
      conference: new CheckConference(server, { meetingId, name: `${meetingId}@conference.test` }, run()),
      path: `${bridge.url}/colibri/v2/conferences/${meetingId}`,
    };
  }

  /** What the participant is to connect to, at the bridge's host candidate. */
  async function allocate({ conference }: Meeting, id: string): Promise<RemoteParameters> {
    const { ufrag, pwd, fingerprints, candidates } = await conference.allocate(id);
    const host = candidates.filter(({ type }) => type === "host");
    return {
      ufrag,
      pwd,
      fingerprints: [...fingerprints],
      candidates: host.map(({ ip, port }) => ({ address: ip, port })),
    };
  }

  /** A participant whom the bridge knows by its credentials, and by none of its addresses. */
  async function enter(meeting: Meeting, name: string, process = media): Promise<RemoteParameters> {
    const remote = await allocate(meeting, name);
    const local = await process.open(name);
    await meeting.conference.connect(name, local);
    await announce(meeting, name, local);
    return remote;
  }

  /** The bridge hands on no source that was not told of. */
  async function announce({ path }: Meeting, id: string, { ssrc }: LocalParameters): Promise<void> {
    const sources = [{ type: "audio", id: `${id}-a0`, sources: [{ ssrc, name: `${id}-a0` }] }];
    const body = JSON.stringify({ endpoints: [{ id, sources }] });
    const answer = await fetch(path, { method: "PATCH", body });
    expect(answer.status, await answer.text()).to.equal(200);
  }

  async function meet(): Promise<Meeting> {
    const meeting = newMeeting();
    const [a, b] = [await enter(meeting, "a"), await enter(meeting, "b")];
    await Promise.all([media.connect("a", a), media.connect("b", b)]);
    return meeting;
  }

  /** Two who have met and then only wait, one of them for nobody: they do it while the other tests run. */
  async function wait(): Promise<readonly [Hold, Hold]> {
    const meeting = newMeeting();
    const [held, lost] = [await enter(meeting, "held"), await enter(meeting, "lost")];
    await Promise.all([media.connect("held", held), media.connect("lost", lost)]);
    const body = JSON.stringify({ endpoints: [{ id: "lost", expire: true }] });
    await fetch(meeting.path, { method: "PATCH", body });
    return await Promise.all([media.hold("held", 7_000), media.hold("lost", 7_000)]);
  }

  it("connects to a controlling side that knows its credentials only, and encrypts", async () => {
    const remote = await enter(newMeeting(), "a");
    const connected = await media.connect("a", remote);
    expect(connected.remote).to.deep.equal({ address: "127.0.0.1", port: bridge.ports.media });
    expect(connected.srtpProfile).to.equal("AEAD_AES_128_GCM");
    expect(connected.iceMs).to.be.greaterThan(0);
    expect(connected.dtlsMs).to.be.greaterThan(0);
  });

  it("carries audio both ways and dates it on one clock", async () => {
    await meet();
    const { leftToRight, rightToLeft } = await media.exchange("a", "b", OPUS);
    for (const flow of [leftToRight, rightToLeft]) {
      expect(flow.sent).to.be.within(12, 15);
      expect(flow.received).to.equal(flow.sent);
      expect(flow.delay?.median).to.be.greaterThan(0);
      expect(flow.delay?.p95).to.be.at.least(flow.delay?.median ?? 0);
      expect(flow.jitter).to.be.at.least(0);
    }
  });

  it("tells one direction from the other, and none from some", async () => {
    await bridge.tell({ forwarding: "one-way" });
    await meet();
    const { leftToRight, rightToLeft } = await media.exchange("a", "b", OPUS);
    expect([leftToRight, rightToLeft].filter(({ received }) => received === 0)).to.have.length(1);
    expect([leftToRight, rightToLeft].filter(({ received, sent }) => received === sent)).to.have.length(1);
    await bridge.tell({ forwarding: "all", lossPercent: 50 });
    const lossy = await media.exchange("a", "b", OPUS);
    expect(lossy.leftToRight.received + lossy.rightToLeft.received).to.be.within(
      1,
      2 * lossy.leftToRight.sent - 1,
    );
    await bridge.tell({ forwarding: "off" });
    const silent = await media.exchange("a", "b", OPUS);
    expect(silent.leftToRight).to.include({ received: 0 }).and.not.to.have.any.keys("delay", "jitter");
  });

  it("refuses a certificate that is not the signalled one, and says which it is", async () => {
    const remote = await enter(newMeeting(), "a");
    const fingerprints = [{ hash: "sha-256", value: Array.from({ length: 32 }, () => "AB").join(":") }];
    const failure = await failureOf(media.connect("a", { ...remote, fingerprints }));
    expect(failure).to.include({ reason: "fingerprint_mismatch" });
    expect(failure.message).to.contain(remote.fingerprints[0]?.value);
  });

  it("says ice_failed when the address answers nothing", async () => {
    const silent = createSocket("udp4").bind(0, "127.0.0.1");
    await once(silent, "listening");
    const candidates = [{ address: "127.0.0.1", port: silent.address().port }];
    const remote = { ...(await enter(newMeeting(), "a")), candidates };
    const failure = await failureOf(media.connect("a", remote, IMPATIENT));
    silent.close();
    expect(failure).to.include({ reason: "ice_failed" });
    expect(failure.message).to.match(
      /:\d+ answered 0 of [1-9]\d* checks, asked 0 times and not chosen by it$/,
    );
  });

  it("says dtls_failed, and why, when the bridge was told of another certificate", async () => {
    const meeting = newMeeting();
    const remote = await allocate(meeting, "a");
    const { fingerprint, ...local } = await media.open("a");
    const value = remote.fingerprints[0]?.value ?? "";
    await meeting.conference.connect("a", { ...local, fingerprint: { ...fingerprint, value } });
    const failure = await failureOf(media.connect("a", remote));
    expect(failure).to.include({ reason: "dtls_failed" });
    expect(failure.message).to.contain("alert");
  });

  it("runs from its bundle, away from every library", async () => {
    await bundleMedia(folder);
    const bundled = start(stop.signal, join(folder, "media-child.mjs"));
    const remote = await enter(newMeeting(), "a", bundled);
    expect(await bundled.connect("a", remote)).to.include({ connected: true });
    bundled.close();
  });

  it("connects on a host whose kernel has no IPv6", async () => {
    const { command, args } = createMediaLauncher(MEDIA_SOURCE);
    const media6 = { command, args: ["--import", WITHOUT_IPV6, ...args] };
    const context = createCheckContext({ clock: systemClock, signal: stop.signal, media: media6 });
    const process = startMedia(new CheckRun(context, stop.signal));
    const remote = await enter(newMeeting(), "a", process);
    expect(await process.connect("a", remote)).to.include({ connected: true });
    process.close();
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

  it("says media_process_failed and its last words when it does not start", async () => {
    const absent = start(stop.signal, join(folder, "nothing-here.mjs"));
    const failure = await failureOf(absent.open("a"));
    expect(failure).to.include({ reason: "media_process_failed" });
    expect(failure.evidence["printed"]).to.contain("nothing-here.mjs");
  });

  it("holds a connection by consent checks both ways, and notices that another is gone", async () => {
    const [held, lost] = await waited;
    expect(held).to.include({ held: true, words: "" });
    expect(held.answered).to.be.at.least(1);
    expect(held.asked).to.be.at.least(1);
    expect(lost).to.include({ held: false });
    // A goodbye arrives, or does not.
    expect(lost.words).to.be.oneOf(["the other side answers no longer", "DTLS is closed"]);
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
