/** The lab's stand-in bridge and two participants of another WebRTC stack: ICE, DTLS, and audio from each to the other. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { BridgeParticipant } from "../lab/bridge-participant.ts";
import { type StandInBridge, startStandInBridge } from "../lab/stand-in-bridge.ts";

const ALICE = 1_111;
const BOB = 2_222;
const PACKETS = 25;

describe("the stand-in bridge's media", function () {
  this.timeout(30_000);
  const folder = mkdtempSync(join(tmpdir(), "convene-bridge-media-"));
  let bridge: StandInBridge;
  let meetings = 0;
  let people: BridgeParticipant[] = [];
  /** Connected all the time. */
  let held: readonly BridgeParticipant[] = [];

  before(async () => {
    bridge = await startStandInBridge({ folder });
    const carol = await hold();
    await carol.vanish();
  });

  afterEach(async () => {
    await Promise.all(people.map((person) => person.leave()));
    people = [];
    await bridge.post("lab/well");
  });

  after(async () => {
    await Promise.all(held.map((person) => person.vanish()));
    await bridge?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function enter(
    meetingId: string,
    id: string,
    ssrc: number,
    more: { saidFingerprint?: string; withData?: boolean } = {},
  ): Promise<BridgeParticipant> {
    const opens = id === "alice";
    const person = await BridgeParticipant.join({ url: bridge.url, meetingId, opens, id, ssrc, ...more });
    people.push(person);
    return person;
  }

  async function meet(meeting = newMeeting()): Promise<readonly [BridgeParticipant, BridgeParticipant]> {
    const alice = await enter(meeting, "alice", ALICE);
    const bob = await enter(meeting, "bob", BOB);
    await Promise.all([alice.connect(), bob.connect()]);
    return [alice, bob];
  }

  /** Two who stay; returned is a third one. */
  async function hold(): Promise<BridgeParticipant> {
    const meeting = newMeeting();
    const [alice, bob] = await meet(meeting);
    const carol = await enter(meeting, "carol", 3_333);
    await carol.connect();
    held = [alice, bob];
    people = [];
    return carol;
  }

  function newMeeting(): string {
    meetings += 1;
    return `meeting-${meetings}`;
  }

  it("connects both through its one port and lets each hear the other, and nobody else", async () => {
    const before = await bridge.statistics();
    const [alice, bob] = await meet();
    expect([alice.dtls, bob.dtls]).to.deep.equal(["connected", "connected"]);
    expect(alice.transport.fingerprints).to.deep.equal(bob.transport.fingerprints);
    await Promise.all([alice.speak(PACKETS), bob.speak(PACKETS)]);
    await until(() => alice.heard.get(BOB) === PACKETS && bob.heard.get(ALICE) === PACKETS);
    await until(() => alice.reports.has(BOB) && bob.reports.has(ALICE));
    expect([[...alice.heard.keys()], [...bob.heard.keys()]]).to.deep.equal([[BOB], [ALICE]]);
    const statistics = await bridge.statistics();
    expect(statistics).to.include({
      participants: Number(before["participants"]) + 2,
      total_ice_succeeded: Number(before["total_ice_succeeded"]) + 2,
      total_ice_failed: before["total_ice_failed"],
      dtls_failed_endpoints: before["dtls_failed_endpoints"],
    });
  });

  it("passes on only what was signalled as a source", async () => {
    const [alice, bob] = await meet();
    await alice.speak(PACKETS, 3_333);
    await alice.speak(1);
    await until(() => bob.heard.has(ALICE));
    expect([...bob.heard.keys()]).to.deep.equal([ALICE]);
    expect([...bob.reports]).to.not.include(3_333);
  });

  it("connects who checked before the bridge was told of them", async () => {
    const options = { url: bridge.url, meetingId: newMeeting(), opens: true, id: "alice", ssrc: ALICE };
    const alice = await BridgeParticipant.arrive(options);
    people.push(alice);
    const connected = alice.connectIce();
    // Time enough for the one check that is answered, and that a participant then does not repeat.
    await delay(200);
    await alice.introduce();
    await connected;
    await alice.connectDtls();
    expect(alice.dtls).to.equal("connected");
  });

  it("refuses who has another certificate than was signalled", async () => {
    const before = await bridge.statistics();
    const saidFingerprint = Array.from({ length: 32 }, () => "AB").join(":");
    const alice = await enter(newMeeting(), "alice", ALICE, { saidFingerprint });
    await alice.connectIce();
    const handshake = alice.connectDtls().then(
      () => "done",
      () => "refused",
    );
    await until(
      async () =>
        (await bridge.statistics())["dtls_failed_endpoints"] === Number(before["dtls_failed_endpoints"]) + 1,
    );
    expect(alice.dtls).to.not.equal("connected");
    void handshake;
  });

  it("answers in a data channel when one was asked for, beside the audio", async () => {
    const meeting = newMeeting();
    const alice = await enter(meeting, "alice", ALICE, { withData: true });
    const bob = await enter(meeting, "bob", BOB);
    await Promise.all([alice.connect(), bob.connect()]);
    expect(await alice.greet()).to.contain('"ServerHello"');
    await alice.speak(PACKETS);
    await until(() => bob.heard.get(ALICE) === PACKETS);
  });

  describe("told to do wrong", () => {
    it("announces another certificate than it has", async () => {
      await bridge.tell({ fingerprint: "another" });
      const alice = await enter(newMeeting(), "alice", ALICE);
      await alice.connectIce();
      const refused = await alice.connectDtls().then(
        () => "connected",
        () => "refused",
      );
      expect(refused).to.equal("refused");
    });

    it("answers checks and nothing else", async () => {
      await bridge.tell({ media: "checks-only" });
      const alice = await enter(newMeeting(), "alice", ALICE);
      await alice.connectIce();
      const handshake = alice.connectDtls();
      await delay(300);
      expect(alice.dtls).to.equal("connecting");
      // It was nothing else that was in the way.
      await bridge.tell({ media: "normal" });
      await handshake;
    });

    it("passes on nothing", async () => {
      await bridge.tell({ forwarding: "off" });
      const [alice, bob] = await meet();
      const before = await bridge.statistics();
      await alice.speak(PACKETS);
      const expected = Number(before["total_packets_received"]) + PACKETS + 1;
      await until(async () => (await bridge.statistics())["total_packets_received"] === expected);
      expect((await bridge.statistics())["total_packets_sent"]).to.equal(before["total_packets_sent"]);
      await bridge.tell({ forwarding: "all" });
      await alice.speak(1);
      await until(() => bob.heard.has(ALICE));
      expect(bob.heard.get(ALICE)).to.equal(1);
    });

    it("passes on only what the first one says", async () => {
      await bridge.tell({ forwarding: "one-way" });
      const [alice, bob] = await meet();
      await bob.speak(PACKETS);
      await alice.speak(PACKETS);
      await until(() => bob.heard.get(ALICE) === PACKETS);
      expect([...alice.heard.keys()]).to.deep.equal([]);
    });

    it("loses a share of what it passes on", async () => {
      await bridge.tell({ lossPercent: 50 });
      const [alice, bob] = await meet();
      let sent = 0;
      // Until one of its reports is not lost: whatever was sent before that has arrived, or never will.
      do {
        await alice.speak(100);
        sent += 100;
        await delay(50);
      } while (!bob.reports.has(ALICE));
      expect(bob.heard.get(ALICE)).to.be.within(sent / 4, (sent * 3) / 4);
    });

    it("drops a connection after a while", async () => {
      const [carla, dora] = await meet();
      await until(async () => {
        await carla.speak(1);
        await delay(100);
        return dora.heard.has(ALICE);
      });
      await bridge.tell({ dropAfterSeconds: 0.1 });
      const [alice, bob] = await meet();
      await until(async () => {
        const [before, carlas] = [bob.heard.get(ALICE), dora.heard.get(ALICE) ?? 0];
        await alice.speak(1);
        await carla.speak(1);
        // What alice said went first, so it has been passed on or never will be.
        await until(() => dora.heard.get(ALICE) === carlas + 1);
        return bob.heard.get(ALICE) === before;
      });
    });
  });

  // Last, because it waits for what began before the first test.
  describe("over time", () => {
    it("keeps a connection for longer than consent lasts, and gives up who has vanished", async () => {
      const [alice, bob] = held;
      await until(async () => (await bridge.statistics())["participants"] === 2);
      expect(await bridge.statistics()).to.include({ total_ice_failed: 1 });
      await alice?.speak(PACKETS);
      await until(() => bob?.heard.get(ALICE) === PACKETS);
      expect([alice?.ice, bob?.ice]).to.deep.equal(["connected", "connected"]);
    });
  });
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 750; attempt += 1) {
    if (await condition()) return;
    await delay(20);
  }
  throw new Error("it did not come to that in 15 s");
}
