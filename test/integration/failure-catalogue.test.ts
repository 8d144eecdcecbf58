/** Every failure of the catalogue on a whole site: its cause is told, on its rung, and nothing else; nobody says that people can meet who cannot. */
import { expect } from "chai";
import type { CheckStatus } from "../../src/status/check-status.ts";
import { visit, type Visit } from "../lab/doctor-visit.ts";
import { type CatalogueLine, FAILURE_CATALOGUE } from "../lab/failure-catalogue.ts";
import { createLadder, type Ladder } from "../lab/ladder.ts";
import { type Login, type MeetingLab, startMeetingLab } from "../lab/meeting-lab.ts";

interface Seen {
  readonly told: readonly string[];
  readonly statuses: readonly CheckStatus[];
  /** Checks for which a change would not be taken for healthy. */
  readonly unhealthy: readonly string[];
  readonly doctor: Visit;
  /** With an account, where a stranger sees nothing. */
  readonly member: Visit | undefined;
  /** Of all servers, for who reads a failure. */
  readonly logs: string;
}

/** A busy machine may keep an answer back for longer than a check waits: as on a real site, three looks are believed. */
const LOOKS = 3;
/** Labs side by side with one bridge: most of the time is waited for what does not come. */
const LANES = 3;
/** The ways of the shipped conference: direct, and each into the relay. */
const PATHS = 5;

describe("the failure catalogue", function () {
  this.timeout(600_000);
  const stop = new AbortController();
  const seen = new Map<CatalogueLine, PromiseSettledResult<Seen>>();
  /** What is not well before and after each lane. */
  const leftOver: string[] = [];

  before(async () => {
    const single = FAILURE_CATALOGUE.filter(({ bridges }) => bridges === undefined);
    await Promise.all([
      ...Array.from({ length: LANES }, (_, lane) =>
        runLane(single.filter((_line, index) => index % LANES === lane)),
      ),
      runLane(
        FAILURE_CATALOGUE.filter(({ bridges }) => bridges === 2),
        2,
      ),
    ]);
  });

  after(() => stop.abort());

  async function runLane(lines: readonly CatalogueLine[], bridges = 1): Promise<void> {
    await using lab = await startMeetingLab({ bridges });
    const ladder = createLadder(lab, stop.signal);
    await climbUntil(ladder, isWell);
    leftOver.push(...notWell(ladder));
    for (const line of lines) {
      const [outcome] = await Promise.allSettled([lookWith(line, lab, ladder)]);
      seen.set(line, outcome);
      await lab.mend();
    }
    await climbUntil(ladder, isWell);
    leftOver.push(...notWell(ladder));
  }

  async function lookWith(line: CatalogueLine, lab: MeetingLab, ladder: Ladder): Promise<Seen> {
    for (const fault of line.faults) await lab.fault(fault);
    if (line.choosable !== "unasked") await lab.untilChoosable(line.choosable ?? line.bridges ?? 1);
    const [, doctor, member] = await Promise.all([
      climbUntil(ladder, isSeen(line)),
      visitSite(lab),
      line.doctor === undefined ? visitSite(lab, lab.person) : undefined,
    ]);
    return {
      told: ladder.told(),
      statuses: ladder.statuses(),
      unhealthy: await ladder.unhealthy(),
      doctor,
      member,
      logs: lab.logs(),
    };
  }

  function outcomeOf(line: CatalogueLine): Seen {
    const outcome = seen.get(line);
    if (outcome?.status === "fulfilled") return outcome.value;
    throw outcome?.reason ?? new Error("the lane ended before it");
  }

  it("is looked at from a site that is well, which it is again in the end", () => {
    expect(leftOver).to.deep.equal([]);
  });

  for (const line of FAILURE_CATALOGUE) {
    const { row, broken, told = "nothing" } = line;
    it(`row ${row}, ${broken}: ${told}`, () => {
      const found = outcomeOf(line);
      expectCause(line, found);
      expectMeeting(line, found);
      expectStranger(line, found);
      expectMember(line, found);
    });
  }
});

async function climbUntil(ladder: Ladder, isDone: (ladder: Ladder) => boolean): Promise<void> {
  await ladder.climb();
  for (let look = 1; look < LOOKS && !isDone(ladder); look += 1) {
    const open = ladder.statuses().filter(({ state, reason }) => state !== "up" || reason !== "ok");
    await ladder.climb(open.map(({ name }) => name));
  }
}

function isWell(ladder: Ladder): boolean {
  return notWell(ladder).length === 0;
}

function isSeen(line: CatalogueLine): (ladder: Ladder) => boolean {
  return (ladder) =>
    ladder.told().join() === toldOf(line).join() && MEETINGS[line.meeting] === meetingIn(ladder.statuses());
}

async function visitSite(lab: MeetingLab, login?: Login): Promise<Visit> {
  const pins = new Map([lab.domain, lab.turnDomain].map((name) => [name, [lab.addresses.public]] as const));
  const target = { host: lab.domain, port: 443 };
  return await visit({ target, pins, extraRoots: lab.extraRoots, ...(login && { login }) });
}

function toldOf({ told }: CatalogueLine): readonly string[] {
  return told === undefined ? [] : [told];
}

function rungOf({ told }: CatalogueLine): string | undefined {
  return told?.split(" ")[0];
}

function notWell(ladder: Ladder): readonly string[] {
  return ladder
    .statuses()
    .filter(({ state, reason }) => state !== "up" || reason !== "ok")
    .map(inWords);
}

function inWords({ name, state, reason, severity, cause = "itself", message }: CheckStatus): string {
  return `${name} ${state} (${cause}): ${severity} ${reason}: ${message}`;
}

/** One thing is told; everything else is well, or cannot be because of it; and a push would be told the same. */
function expectCause(line: CatalogueLine, { told, statuses, unhealthy, logs }: Seen): void {
  const open = statuses.filter(({ state, reason }) => state !== "up" || reason !== "ok").map(inWords);
  expect(told, [...open, logs].join("\n")).to.deep.equal(toldOf(line));
  const cause = statuses.find(({ name }) => name === rungOf(line));
  for (const { name, state, cause: explained } of statuses) {
    if (name === cause?.name || state === "up") continue;
    expect(`${name} ${state} ${explained}`).to.equal(`${name} unknown ${cause?.name}`);
  }
  expect(cause?.hint ?? "").to.have.length.greaterThan(line.told === undefined ? -1 : 20);
  expect(unhealthy.length > 0, unhealthy.join()).to.equal(cause?.severity === "critical");
}

/** A path's line of evidence. */
const HEARD = /^set up in .*loss (?!100 %)/u;

type Heard = "all" | "some" | "none";

/** A conference has a guest in it: where only members meet, its two do not. */
const MEETINGS: Readonly<Record<CatalogueLine["meeting"], Heard>> = {
  all: "all",
  some: "some",
  members: "none",
  nobody: "none",
};

/** By which ways the check's two could hear each other; `all` only when it is believed to be well. */
function meetingIn(statuses: readonly CheckStatus[]): Heard | "unclear" {
  const conference = statuses.find(({ name }) => name === "conference");
  const heard = Object.values(conference?.evidence ?? {}).filter((words) => HEARD.test(`${words}`));
  const isWellMet = conference?.state === "up" && conference.severity !== "critical";
  if (isWellMet) return heard.length === PATHS ? "all" : "unclear";
  if (heard.length === 0) return "none";
  return heard.length < PATHS ? "some" : "unclear";
}

/** The conference is well only where everybody can meet, and knows by which ways some still can. */
function expectMeeting({ meeting }: CatalogueLine, { statuses }: Seen): void {
  const words = statuses.filter(({ name }) => name === "conference").map(inWords);
  expect(meetingIn(statuses), words.join()).to.equal(MEETINGS[meeting]);
}

/** It names the same cause as far as it can be seen from outside, and otherwise claims no more than it saw. */
function expectStranger(line: CatalogueLine, { doctor: { findings, report, text }, logs }: Seen): void {
  expect(findings, `${text}\n${logs}`).to.deep.equal(line.doctor === undefined ? [] : [line.doctor]);
  const works = line.meeting === "all" ? ["works"] : [];
  expect(report.verdict).to.be.oneOf(line.doctor === undefined ? ["partly_seen", ...works] : ["findings"]);
  if (line.meeting !== "all") expect(report.headline).not.to.match(/^People can meet/);
}

/** Who may open a room sees what a meeting shows, and is told that people can meet only where all can. */
function expectMember(line: CatalogueLine, { member, logs }: Seen): void {
  if (member === undefined) return;
  const { findings, report, text } = member;
  expect(findings, `${text}\n${logs}`).to.deep.equal(line.member === undefined ? [] : [line.member]);
  expect(report.verdict).to.equal(line.member === undefined ? "works" : "findings");
  expect(report.headline.startsWith("People can meet"), report.headline).to.equal(line.meeting === "all");
}
