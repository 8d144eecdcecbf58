/** One meeting of two, on one path: set up as people's clients do, talked through, and left without a trace. */
import { startStopwatch } from "../../system/clock.ts";
import { CheckFailure, CheckRun } from "../check-run.ts";
import type { Expectation } from "../media/candidate-targets.ts";
import type { Exchange } from "../media/media-messages.ts";
import type { MediaProcess } from "../media/media-process.ts";
import type { FocusReason } from "../xmpp/focus-reasons.ts";
import { testBridgeChannel } from "./bridge-channel.ts";
import type { ConferenceReason } from "./conference-reasons.ts";
import type { Offer } from "./jingle-offer.ts";
import { findMediaWay } from "./media-way.ts";
import { type Identity, Participant, type Place } from "./participant.ts";
import type { PathName } from "./path-name.ts";

export interface MeetingPlan {
  readonly path: PathName;
  readonly place: Place;
  /** The first opens the room. */
  readonly people: readonly [Identity, Identity];
  readonly expected: Expectation;
  readonly packets: number;
}

export interface MeetingFigures {
  /** Milliseconds from the first packet until each is connected and knows of the other's audio; not those of loading media. */
  readonly setUpMs: number;
  readonly exchange: Exchange;
  /** What is wrong with the bridge's WebSocket; undefined when it is well, or none is offered. */
  readonly channelFault: string | undefined;
}

/**
 * Phases: login, relay, focus, join, invite, candidates, media, accept, connect, sources, audio, leave. Fails with any reason
 * of the kind, naming the participant.
 */
export async function holdMeeting(
  plan: MeetingPlan,
  media: MediaProcess,
  run: CheckRun,
): Promise<MeetingFigures> {
  const { path, place } = plan;
  const elapsed = startStopwatch(run.context.clock);
  const [first, second] = plan.people.map((identity) => new Participant(identity, path, place, media, run));
  if (first === undefined || second === undefined) throw new Error("a meeting has two participants");
  const both = [first, second] as const;
  const leaving: (() => void)[] = [];
  try {
    const opened = each(both, (one) => one.openMedia());
    // It is waited for later; until then a failure of it is nobody's.
    opened.catch(() => undefined);
    await run.phase("login", () => each(both, (one) => one.logIn()));
    if (path !== "direct") await run.phase("relay", () => each(both, (one) => one.openRelay(path)));
    await run.phase("focus", () => askForRoom(first, second));
    await run.phase("join", () => each(both, (one) => one.enterRoom()));
    const offers = await run.phase("invite", () => waitForOffers(both));
    for (const offer of offers.values()) leaving.push(...joinOwn(offer, run));
    const ways = await run.phase("candidates", () =>
      each(both, (one) => one.overRelay(findMediaWay(offerOf(offers, one), plan.expected, one.relay, run))),
    );
    const loading = startStopwatch(run.context.clock);
    await run.phase("media", () => opened);
    // People's browsers have their media ready; a check's process may still be loading.
    const loaded = loading();
    await run.phase("accept", () => each(both, (one) => one.accept()));
    const times = await run.phase("connect", () => each(both, (one) => one.connect(ways.get(one) ?? [])));
    await run.phase("sources", () => each(both, (one) => one.hear(one === first ? second : first)));
    const setUpMs = elapsed() - loaded;
    noteTimes(both, times, run);
    const [exchange, channelFault] = await run.phase("audio", () =>
      Promise.all([
        talk(first, second, offerOf(offers, first), plan, media),
        path === "direct" ? testBridgeChannel(offerOf(offers, second), place, run) : undefined,
      ]),
    );
    return { setUpMs, exchange, channelFault };
  } finally {
    try {
      await run.phase("leave", () => Promise.all(both.map((one) => one.leave())));
    } finally {
      for (const leave of leaving) leave();
    }
  }
}

/** As people come: who opens the room first, and then the other, who may be a guest. */
async function askForRoom(first: Participant, second: Participant): Promise<void> {
  await named(first, () => first.requestRoom());
  await named(second, async () => {
    try {
      await second.requestRoom();
    } catch (error) {
      const refused =
        error instanceof CheckFailure && error.reason === ("focus_refused" satisfies FocusReason);
      throw refused ? failure("guest_not_admitted", error.message) : error;
    }
  });
}

type Offers = ReadonlyMap<Participant, Offer>;

async function waitForOffers(both: readonly Participant[]): Promise<Offers> {
  const offers = await each(both, (one) => one.waitForInvitation());
  const invited = new Map<Participant, Offer>();
  for (const [one, offer] of offers) if (offer !== undefined) invited.set(one, offer);
  if (invited.size === both.length) return invited;
  const treatments = both.map(({ treatment }) => treatment);
  if (treatments.some(({ noBridge }) => noBridge)) throw failure("no_bridge", "the focus has no bridge");
  const uninvited = both.filter((one) => !invited.has(one)).map(({ name }) => name);
  const words = `the focus does not invite the ${uninvited.join(" and the ")}`;
  const isOwned = treatments.some(({ isOwner }) => isOwner);
  throw failure(
    isOwned ? "not_invited" : "focus_not_owner",
    isOwned ? words : `${words}, and makes nobody owner`,
  );
}

function offerOf(offers: Offers, one: Participant): Offer {
  const offer = offers.get(one);
  if (offer === undefined) throw new Error(`the ${one.name} has no offer`);
  return offer;
}

/** The bridge is known by its addresses; that of its container is what the gate knows it by. */
function joinOwn({ transport }: Offer, run: CheckRun): readonly (() => void)[] {
  const addresses = new Set(transport.candidates.map(({ ip }) => ip));
  return [...addresses].map((address) => run.context.ownParticipants.join(address));
}

function noteTimes(
  both: readonly Participant[],
  times: ReadonlyMap<Participant, { readonly iceMs: number; readonly dtlsMs: number }>,
  run: CheckRun,
): void {
  for (const one of both) {
    const { iceMs = 0, dtlsMs = 0 } = times.get(one) ?? {};
    run.note({ [one.name]: `ICE ${Math.round(iceMs)} ms, DTLS ${Math.round(dtlsMs)} ms` });
  }
}

async function talk(
  first: Participant,
  second: Participant,
  { opusPayloadType }: Offer,
  { packets }: MeetingPlan,
  media: MediaProcess,
): Promise<Exchange> {
  const talking = media.exchange(first.peer, second.peer, { packets, payloadType: opusPayloadType });
  const talks = (one: Participant): Promise<Exchange> =>
    named(one, () => one.overRelay(one.whileItLasts(talking)));
  const [exchange] = await Promise.all([talks(first), talks(second)]);
  for (const one of [first, second]) judgeRelayCounters(one);
  return exchange;
}

/** That media took the relay is so by construction; its counters prove it. */
function judgeRelayCounters({ relay, name }: Participant): void {
  if (relay === undefined) return;
  const { sent, received } = relay.counters;
  if (sent === 0 || received === 0) {
    throw new Error(`the ${name}'s media did not go through the relay: ${sent} sent, ${received} received`);
  }
}

/** All at once; none is left running, and the first failure in their order counts. */
async function each<T>(
  both: readonly Participant[],
  work: (one: Participant) => Promise<T>,
): Promise<ReadonlyMap<Participant, T>> {
  const settled = await Promise.allSettled(both.map((one) => named(one, () => work(one))));
  const results = new Map<Participant, T>();
  for (const [index, one] of both.entries()) {
    const result = settled[index];
    if (result?.status === "rejected") throw result.reason;
    if (result !== undefined) results.set(one, result.value);
  }
  return results;
}

async function named<T>({ name }: Participant, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CheckFailure)) throw error;
    const { reason, message, evidence, cause } = error;
    throw new CheckFailure(reason, `the ${name}: ${message}`, { evidence, cause });
  }
}

function failure(reason: ConferenceReason, message: string): CheckFailure<ConferenceReason> {
  return new CheckFailure(reason, message);
}
