/** No false alarm: rounds of every shipped check on a site that is well, and nothing is left of them. `test/campaign/rounds.ts` is the long form. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect } from "chai";
import { leftBehind, whatIsThere } from "../campaign/rounds/left-behind.ts";
import { isConference, roundChecks } from "../campaign/rounds/round-checks.ts";
import { type FalseAlarm, runRounds } from "../campaign/rounds/run-rounds.ts";
import { createTally } from "../campaign/rounds/tally.ts";
import { type MeetingLab, startMeetingLab } from "../lab/meeting-lab.ts";
import { type MeetingOfTwo, meetingOfTwo } from "../lab/meeting-of-two.ts";

const ROUNDS = 20;
/** The conference is in this round only: it takes as long as all others together. */
const WITH_CONFERENCE = 10;

describe("rounds of checks on a healthy site", function () {
  this.timeout(120_000);
  let lab: MeetingLab;

  before(async () => {
    lab = await startMeetingLab();
  });

  after(() => lab?.stop());

  it("give no false alarm, and leave nothing behind", async () => {
    const checks = roundChecks(lab, "100ms");
    const others = checks.filter((check) => !isConference(check));
    expect(checks).to.have.length(others.length + 1);
    const alarms: FalseAlarm[] = [];
    const tally = createTally();
    const before = await whatIsThere(lab);
    await runRounds({
      rounds: ROUNDS,
      checksOf: (round) => (round === WITH_CONFERENCE ? checks : others),
      context: lab.checkContext(),
      tally,
      onAlarm: (alarm) => void alarms.push(alarm),
    });
    expect(alarms, alarms.length > 0 ? lab.logs() : "").to.deep.equal([]);
    expect(tally.runs).to.equal(ROUNDS * others.length + 1);
    expect(await leftBehind(lab, before)).to.deep.equal([]);
  });

  it("would be caught leaving a session, a room, a conference, a process or a socket", async () => {
    const before = await whatIsThere(lab);
    const child = spawn("sleep", ["60"]);
    let two: MeetingOfTwo | undefined;
    try {
      two = await meetingOfTwo(lab, "somebody-stays");
      await two.meet();
      const left = (await whatIsThere(lab)).filter((line) => !before.includes(line)).join("\n");
      expect(left).to.match(/^Prosody: session c2s\w+ alice@/mu);
      expect(left).to.match(/^Prosody: room somebody-stays@/mu);
      expect(left).to.match(/^bridge 1: 2 endpoints$/mu);
      expect(left).to.match(/^focus: 1 conferences$/mu);
      expect(left).to.match(/^child process .*sleep 60$/mu);
      expect(left).to.match(/^own socket:/mu);
    } finally {
      two?.close();
      child.kill();
      await once(child, "exit");
    }
  });
});
