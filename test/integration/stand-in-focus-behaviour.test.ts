/** The lab's stand-in focus told to go wrong: each way is what it says, and nothing else. */
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { type MeetingLab, startMeetingLab } from "../lab/meeting-lab.ts";
import {
  askFocus,
  bridgeSession,
  endpointsOf,
  type MeetingOfTwo,
  meetingOfTwo,
} from "../lab/meeting-of-two.ts";
import { meetingPerson } from "../lab/meeting-person.ts";

/** Milliseconds in which a healthy one does many times what is not to happen. */
const WAIT_MS = 300;

describe("the stand-in focus told to go wrong", function () {
  this.timeout(30_000);
  let lab: MeetingLab;
  let two: MeetingOfTwo;
  let count = 0;

  before(async () => {
    lab = await startMeetingLab();
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

  function behave(behaviour: Readonly<Record<string, unknown>>): Promise<unknown> {
    return lab.servers.focus.behave(behaviour);
  }

  /** "nothing", unless it happens. */
  async function happens(what: Promise<string>): Promise<string> {
    return await Promise.race([what.catch(() => "closed"), delay(WAIT_MS, "nothing")]);
  }

  /** The answer to a member who has not asked before: an earlier question may still be open. */
  async function anothersRequest(name: string): Promise<string> {
    const asking = await meetingPerson(lab, name, true);
    const answer = await asking.request(`${name}-${two.room}`);
    asking.close();
    return answer;
  }

  it("refuses what it does not know, and changes nothing then", async () => {
    const wrong = behave({ invites: "none", guests: "sideways" });
    expect(await wrong.then(String, String)).to.include("no such behaviour: guests sideways");
    expect(await behave({})).to.include({ invites: "normal", guests: "normal" });
  });

  it("answers nothing, or that it is not ready, or late", async () => {
    await behave({ requests: "silent" });
    expect(await happens(two.member.request(two.room))).to.equal("nothing");
    await behave({ requests: "never-ready" });
    expect(await anothersRequest("one")).to.include("ready='false'");
    await behave({ requests: "normal", slowMs: 200 });
    const begun = performance.now();
    expect(await anothersRequest("other")).to.include("ready='true'");
    expect(performance.now() - begun).to.be.greaterThan(190);
  });

  it("keeps guests out of rooms that are there, or lets them open some", async () => {
    await behave({ guests: "refused" });
    await two.member.request(two.room);
    expect(await two.guest.request(two.room)).to.include("not-authorized");
    await behave({ guests: "may-create" });
    expect(await two.guest.request(`of-a-${two.room}`)).to.include("ready='true'");
  });

  const withoutOffer: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ["sends no offer", { invites: "none" }],
    ["owns nothing, and sends none then", { ownership: "none" }],
    ["finds no bridge", { bridges: "none" }],
  ];
  for (const [what, behaviour] of withoutOffer) {
    it(what, async () => {
      await behave(behaviour);
      await two.enter();
      const invited = Promise.race([two.member.invited(), two.guest.invited()]);
      expect(await happens(invited)).to.equal("nothing");
      expect(await endpointsOf(lab)).to.deep.equal([0]);
    });
  }

  it("offers another fingerprint than the bridge's", async () => {
    const [offer, other] = await two.meet();
    // The bridge has one for all.
    expect(fingerprintOf(offer)).to.have.length(95).and.to.equal(fingerprintOf(other));
    await behave({ fingerprint: "wrong" });
    const restart = `<reason><success/></reason>${bridgeSession(offer, " restart='true'")}`;
    const [again] = await Promise.all([
      two.member.invited(),
      two.member.jingle("session-terminate", offer, restart),
    ]);
    expect(fingerprintOf(again)).to.have.length(95).and.not.to.equal(fingerprintOf(offer));
  });

  it("offers what makes no sense", async () => {
    await behave({ invites: "garbage" });
    const [offer] = await two.meet();
    expect(offer).to.include("media='smell'").and.to.include("port='70000'");
  });

  it("tells nobody of anybody's sources", async () => {
    await behave({ sources: "withheld" });
    const [mine, theirs] = await two.meet();
    await two.member.accept(mine);
    await two.guest.accept(theirs);
    expect(await happens(two.guest.next(/source-add/u))).to.equal("nothing");
  });

  it("says that it is ill, in the words it is given; nothing at all where health is off", async () => {
    await behave({ health: "no idea" });
    expect(await askFocus(lab, "/about/health")).to.deep.equal({ status: 500, text: "no idea" });
    await lab.fault("focus-health-disabled");
    expect(await askFocus(lab, "/about/health")).to.include({ status: 404 });
  });
});

function fingerprintOf(offer: string): string {
  return />([0-9A-F:]{95})</u.exec(offer)?.[1] ?? "";
}
