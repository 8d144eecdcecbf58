/** The lab's stand-in focus with the real Prosody and the stand-in bridges: who may open a room, who is invited, what is let go. */
import { expect } from "chai";
import { type MeetingLab, startMeetingLab } from "../lab/meeting-lab.ts";
import {
  askFocus,
  bridgeSession,
  endpointsOf,
  type MeetingOfTwo,
  meetingOfTwo,
  until,
} from "../lab/meeting-of-two.ts";
import { attributeOf, meetingPerson } from "../lab/meeting-person.ts";

const AUDIO = "urn:xmpp:jingle:apps:rtp:audio";
const JSON_SOURCES = "http://jitsi.org/json-encoded-sources";
const JICOFO = "/etc/jitsi/jicofo/jicofo.conf";

describe("the stand-in focus", function () {
  this.timeout(30_000);
  let lab: MeetingLab;
  let two: MeetingOfTwo;
  let count = 0;

  before(async () => {
    lab = await startMeetingLab({ bridges: 2 });
  });

  beforeEach(async () => {
    count += 1;
    two = await meetingOfTwo(lab, `room-${count}`);
  });

  afterEach(async () => {
    two?.close();
    await lab.mend();
  });

  after(() => lab?.stop());

  const conferences = async (): Promise<string> => (await askFocus(lab, "/debug/conferences")).text;

  const nothingLeft = (): Promise<void> =>
    until(lab, "nothing left", async () => {
      const isEmpty = (await endpointsOf(lab)).every((number) => number === 0);
      return isEmpty && (await conferences()) === "{}";
    });

  describe("on a secure domain", () => {
    it("lets only a member with a machine of its own open a room, and a guest in afterwards", async () => {
      const { guest, member, room } = two;
      expect(await guest.request(room)).to.include("not-authorized");
      expect(await member.request(room, { machineUid: "" })).to.include("not-acceptable");
      const opened = await member.request(room);
      expect(opened).to.include("ready='true'").and.to.include(`focusjid='focus@auth.${lab.domain}'`);
      expect(opened).to.include(`identity='${lab.person.username}@${lab.domain}'`);
      const admitted = await guest.request(room);
      expect(admitted).to.include("ready='true'").and.not.to.include("identity=");
      expect(await guest.request(room, { sessionId: "of-yesterday" })).to.include("session-invalid");
    });

    it("is in the room before it answers, and makes the member its owner", async () => {
      await two.member.request(two.room);
      await two.member.enter(two.room);
      expect(await two.member.next(/<presence/u)).to.include(`from='${two.room}/focus'`);
      const owner = await two.member.next(/<presence.*role='moderator'/u);
      expect(owner).to.include(`from='${two.room}/member'`);
    });

    it("opens no room over HTTP, where nobody is known", async () => {
      const response = await fetch(`http://${lab.addresses.jitsi}:8888/conference-request/v1`, {
        method: "POST",
        body: JSON.stringify({ room: two.room, properties: {} }),
      });
      expect(response.status).to.equal(403);
    });
  });

  it("invites nobody who is alone, and both when the second comes, to one bridge", async () => {
    await two.member.request(two.room);
    await two.member.enter(two.room);
    expect(await conferences()).to.include('"participants":{}');
    await two.guest.request(two.room);
    await two.guest.enter(two.room);
    const [offer] = await Promise.all([two.member.invited(), two.guest.invited()]);
    expect(offer)
      .to.include("name='audio'")
      .and.not.to.include("name='video'")
      .and.not.to.include("name='data'");
    expect(offer).to.include("setup='actpass'").and.to.include(`ip='${lab.addresses.public}'`);
    expect(offer).to.include("<bridge-session").and.to.include("semantics='BUNDLE'");
    expect(await endpointsOf(lab)).to.have.members([0, 2]);
  });

  it("tells each of the other's sources, as each understands them", async () => {
    const [mine, theirs] = await two.meet([AUDIO, JSON_SOURCES]);
    expect(await two.member.accept(mine, 1111)).to.include("type='result'");
    expect(await two.guest.accept(theirs, 2222)).to.include("type='result'");
    expect(await two.guest.next(/source-add/u)).to.match(/<source [^>]*ssrc='1111'/u);
    const added = await two.member.next(/source-add/u);
    expect(added)
      .to.include("json-message")
      .and.to.match(/guest&quot;:\[\[\],\[\],\[\{&quot;s&quot;:2222/u);
  });

  it("refuses a source that another one has, and a session that it does not know", async () => {
    const [mine, theirs] = await two.meet();
    await two.member.accept(mine, 3333);
    expect(await two.guest.accept(theirs, 3333)).to.include("bad-request");
    expect(await two.guest.jingle("session-terminate", mine, "")).to.include("item-not-found");
  });

  it("lets an endpoint go that ends its session, and tells the other", async () => {
    const [mine, theirs] = await two.meet();
    await two.member.accept(mine);
    await two.guest.accept(theirs, 4444);
    await two.member.next(/source-add/u);
    const reason = "<reason><success/></reason>";
    const end = (content: string): Promise<string> => two.guest.jingle("session-terminate", theirs, content);
    expect(await end(reason)).to.include("item-not-found");
    expect(await end(reason + bridgeSession(theirs, " restart='false'"))).to.include("type='result'");
    expect(await two.member.next(/source-remove/u)).to.include("ssrc='4444'");
    await until(lab, "one endpoint", async () => (await endpointsOf(lab)).includes(1));
  });

  it("invites anew who says that ICE failed, and counts it", async () => {
    const [, theirs] = await two.meet();
    const failed = "<ice-state xmlns='http://jitsi.org/protocol/focus'>failed</ice-state>";
    const [, again] = await Promise.all([
      two.guest.jingle("session-info", theirs, failed + bridgeSession(theirs)),
      two.guest.invited(),
    ]);
    expect(attributeOf(again, "sid")).not.to.equal(attributeOf(theirs, "sid"));
    expect((await askFocus(lab, "/stats")).text).to.include('"ice_failed":1');
  });

  it("lets everything go when all have left", async () => {
    await two.meet();
    expect(await endpointsOf(lab)).to.have.members([0, 2]);
    two.close();
    await nothingLeft();
  });

  it("ends the session of who stays alone, and a conference that nobody comes to", async () => {
    const timeouts = "initial-timeout = 300 ms\n    single-participant-timeout = 0.3 seconds";
    await lab.servers.focus.reconfigure(JICOFO, {
      "enable-auto-owner = true": `enable-auto-owner = true\n    ${timeouts}`,
    });
    await until(lab, "the focus is back", async () => (await askFocus(lab, "/about/health")).status === 200);
    await two.meet();
    two.guest.close();
    expect(await two.member.next(/session-terminate/u)).to.include("<expired/>");
    two.member.close();
    await nothingLeft();
    const other = await meetingPerson(lab, "other", true);
    expect(await other.request(two.room)).to.include("ready='true'");
    await nothingLeft();
    other.close();
  });

  it("takes a bridge that is not draining, and moves away from one that goes", async () => {
    await drain("enable");
    await until(lab, "the focus knows", async () =>
      (await askFocus(lab, "/debug")).text.includes('"drain":true'),
    );
    await two.meet();
    expect(await endpointsOf(lab)).to.deep.equal([0, 2]);
    await drain("disable");
    await lab.servers.bridges[1]?.stop();
    await Promise.all([two.member.invited(), two.guest.invited()]);
    expect((await askFocus(lab, "/stats")).text).to.include('"operational_bridge_count":1');
  });

  it("is asked nothing where its component does not see it online", async () => {
    await lab.fault("focus-component-blind");
    const asking = await meetingPerson(lab, "asking", true);
    expect(await asking.request(two.room)).to.include("service-unavailable");
    asking.close();
  });

  async function drain(what: "enable" | "disable"): Promise<void> {
    await fetch(`http://${lab.addresses.bridges[0]}:8080/colibri/drain/${what}`, { method: "POST" });
  }
});
