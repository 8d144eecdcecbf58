/** Rung `media`: do two people hear each other, directly and through each relay that works? */
import { CheckFailure, type Verdict } from "../../checks/check-run.ts";
import { conferenceCheck } from "../../checks/conference-check.ts";
import { meetOnPaths } from "../../checks/conference/meet-on-paths.ts";
import type { Identity } from "../../checks/conference/participant.ts";
import { type PathName, pathInWords } from "../../checks/conference/path-name.ts";
import {
  describeOutcome,
  judgeOutcomes,
  type PathOutcome,
  roundTripOf,
} from "../../checks/conference/path-outcome.ts";
import { startMedia } from "../../checks/media/media-process.ts";
import type { XmppLogin } from "../../checks/xmpp/xmpp-target.ts";
import type { CheckResult } from "../../checks/check.ts";
import { mediaAdvice } from "../advice/media-advice.ts";
import { finding, findingOf } from "../finding.ts";
import { OPENED } from "../knowledge.ts";
import type { TurnWish } from "../relay/relay-wishes.ts";
import type { Finding } from "../report.ts";
import { isInside } from "../routable.ts";
import { defineStep } from "../step.ts";

const TIMEOUT_MS = 45_000;
/** A second of audio each way. */
const PACKETS = 50;
/** Percent, above which people hear gaps. */
const MOST_LOSS = 5;

export const mediaStep = defineStep("media", OPENED, async (known, tools) => {
  const { signaling, site, opener, logins, relays = [], relayFaults = [] } = known;
  const people = peopleOf(opener, logins);
  const paths: readonly PathName[] = ["direct", ...new Set(relays.map(pathOf))];
  const { allowSelfSigned } = tools.request;
  const outcomes: PathOutcome[] = [];
  const judge = (): Verdict<"ok"> => judgeOutcomes(outcomes, [people[0].name, people[1].name], MOST_LOSS);
  const { result: last } = await tools.ask({
    kind: "conference",
    target: site.muc,
    reasons: conferenceCheck.reasons,
    timeout: TIMEOUT_MS,
    work: async (run) => {
      const media = startMedia(run);
      try {
        const { target } = signaling;
        const place = { target, muc: site.muc, focus: site.focus, allowSelfSigned, relays };
        const expected = { publicAddresses: [], mediaPort: undefined, via: [] };
        const onOutcome = (outcome: PathOutcome): void => {
          outcomes.push(outcome);
          outcomes.sort((left, right) => paths.indexOf(left.path) - paths.indexOf(right.path));
          run.note({ [outcome.path]: describeOutcome(outcome) });
        };
        await meetOnPaths({ paths, people, place, expected, packets: PACKETS, onOutcome }, media, run);
        return judge();
      } finally {
        media.close();
      }
    },
    describe: (verdict) => verdict,
  });
  const result = isCutShort(last) ? (failureOf(judge, last) ?? last) : last;
  return {
    asked: true,
    summary: summarise(outcomes),
    ...consequenceOf(outcomes, result.reason),
    findings: [
      ...findingOf(result).filter(({ reason }) => !relayFaults.includes(reason)),
      ...onlyInside(known.address, result),
    ],
  };
});

function isCutShort({ reason }: CheckResult): boolean {
  return reason === "aborted" || reason === "timeout";
}

/** The end of the time does not undo what a path has shown by then. */
function failureOf(judge: () => unknown, last: CheckResult): CheckResult | undefined {
  try {
    judge();
    return undefined;
  } catch (error) {
    if (!(error instanceof CheckFailure)) throw error;
    const { reason, message } = error;
    return { ...last, ok: false, reason, message, ...conferenceCheck.reasons[reason] };
  }
}

/** With --private the videobridge's own address may answer, which is of no use to people outside. */
function onlyInside(address: string, { ok, target, evidence }: CheckResult): readonly Finding[] {
  const told = String(evidence.candidates ?? "")
    .split(" ")
    .filter(Boolean);
  const inside = told.filter((one) => isInside(addressOf(one)));
  if (!ok || isInside(address) || inside.length < told.length) return [];
  const found = finding("critical", "no_public_candidate", {
    target,
    message: `the videobridge tells people no address on the internet, only ${told.join(" ")}`,
    advice: mediaAdvice.no_public_candidate,
  });
  return [found];
}

/** `203.0.113.10:10000/srflx`, `[2001:db8::10]:10000/host` */
function addressOf(candidate: string): string {
  return candidate.replace(/:\d+\/\w+$/, "").replace(/^\[|\]$/g, "");
}

/** A member opens the room for a guest, where there are guests. */
function peopleOf(opener: XmppLogin, logins: readonly XmppLogin[]): readonly [Identity, Identity] {
  const other = logins.find(({ kind }) => kind === "guest") ?? opener;
  if (opener.kind === "user") {
    return [
      { name: "member", login: opener },
      { name: other.kind === "guest" ? "guest" : "same member", login: other },
    ];
  }
  return [
    { name: "first guest", login: opener },
    { name: "second guest", login: other },
  ];
}

function pathOf({ transport, port }: TurnWish): PathName {
  return transport === "tls" && port === 443 ? "tls-443" : transport;
}

/** `two people hear each other: direct ✓ 31 ms, udp ✓ 35 ms`: the time there and back. */
function summarise(outcomes: readonly PathOutcome[]): string {
  if (outcomes.length === 0) return "no meeting came about";
  const words = outcomes.map((outcome) => {
    const path = pathInWords(outcome.path);
    if ("skipped" in outcome) return `${path} –`;
    if ("failure" in outcome || !isHeard(outcome)) return `${path} ✗`;
    const trip = roundTripOf(outcome.figures);
    return trip === undefined ? `${path} ✓` : `${path} ✓ ${Math.max(1, Math.round(trip))} ms`;
  });
  const met = outcomes.filter(isHeard).length;
  const head =
    met === 0 ? "no meeting" : met === outcomes.length ? "two people hear each other" : "two people met";
  return `${head}: ${words.join(", ")}`;
}

/** Some audio came through in both directions. */
function isHeard(outcome: PathOutcome): boolean {
  if (!("figures" in outcome)) return false;
  const { leftToRight, rightToLeft } = outcome.figures.exchange;
  return leftToRight.received > 0 && rightToLeft.received > 0;
}

function consequenceOf(outcomes: readonly PathOutcome[], reason: string): { readonly consequence?: string } {
  if (reason === "guest_not_admitted") return { consequence: "Guests cannot come in at" };
  const works = (relayed: boolean): boolean =>
    outcomes.some((outcome) => isHeard(outcome) && (outcome.path !== "direct") === relayed);
  if (works(false)) return { consequence: "People behind a strict firewall hear nobody at" };
  return works(true) ? { consequence: "Only who goes through the relay is heard at" } : {};
}
