/** How long a whole look at a site takes, and how soon two people have met through its relay. */
import { runCheck } from "../../src/checks/registry.ts";
import type { DesiredCheck } from "../../src/model/desired-state.ts";
import { isConference, roundChecks } from "../campaign/rounds/round-checks.ts";
import { runRounds } from "../campaign/rounds/run-rounds.ts";
import { createTally } from "../campaign/rounds/tally.ts";
import type { MeetingLab } from "../lab/meeting-lab.ts";
import type { Figure } from "./figure.ts";
import { median } from "./median.ts";

const LADDERS = 5;
const MEETINGS = 20;
const TARGETS = { ladderSeconds: 15, setUpMs: 1_500 };
/** In place of the eight seconds for which bridges' connections are held. */
const SHORT_HOLD = "100ms";
const RELAYED = ["udp", "tcp", "tls", "tls-443"] as const;

/** Every check of the site at once, as many as the agent runs at once; the conference on every path. */
export async function measureLadder(lab: MeetingLab): Promise<Figure> {
  const checks = roundChecks(lab, SHORT_HOLD);
  const seconds: number[] = [];
  let began = performance.now();
  await runRounds({
    rounds: LADDERS,
    checksOf: () => checks,
    context: lab.checkContext(),
    tally: createTally(),
    onAlarm: ({ result }) => {
      throw new Error(`the check ${result.name} said ${result.reason}: ${result.message}`);
    },
    onRound: () => {
      const now = performance.now();
      seconds.push((now - began) / 1_000);
      began = now;
    },
  });
  const [least, most] = [Math.min(...seconds), Math.max(...seconds)];
  return {
    name: `the whole ladder of ${checks.length} checks, without the hold`,
    measured: median(seconds),
    target: TARGETS.ladderSeconds,
    unit: "s",
    note: `median of ${LADDERS}, ${least.toFixed(1)} to ${most.toFixed(1)} s`,
  };
}

/** From the first packet to the server until both are connected through the relay and know of each other's audio. */
export async function measureMeetings(lab: MeetingLab): Promise<readonly Figure[]> {
  const conference = lab.checks.find(isConference);
  if (conference === undefined) throw new Error("the site has no check of a conference");
  const figures: Figure[] = [];
  for (const path of RELAYED) {
    const times: number[] = [];
    for (let count = 0; count < MEETINGS; count += 1) times.push(await setUpTime(conference, path, lab));
    const [least, most] = [Math.min(...times), Math.max(...times)];
    figures.push({
      name: `a conference through the relay, ${path}: set up`,
      measured: median(times),
      target: TARGETS.setUpMs,
      unit: "ms",
      note: `median of ${MEETINGS}, ${least.toFixed(0)} to ${most.toFixed(0)} ms`,
    });
  }
  return figures;
}

async function setUpTime(conference: DesiredCheck, path: string, lab: MeetingLab): Promise<number> {
  const spec = { ...conference.spec, paths: [path], packets: 20 };
  const { reason, message, evidence } = await runCheck({ ...conference, spec }, lab.checkContext());
  if (reason !== "ok") throw new Error(`the conference said ${reason}: ${message}`);
  const milliseconds = /^set up in (\d+) ms/.exec(String(evidence[path]))?.[1];
  if (milliseconds === undefined) throw new Error(`no set-up time in ${String(evidence[path])}`);
  return Number(milliseconds);
}
