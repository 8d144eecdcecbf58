// One conference: who is in its room gets an endpoint on a bridge and an offer, and hears of the others' sources.
import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { child } from "./stand-in-xml.mjs";
import { refusal } from "./stand-in-focus-session.mjs";
import {
  acceptedTransport,
  FEATURES,
  garbage,
  mediasFor,
  sessionInitiate,
  sessionTerminate,
} from "./stand-in-focus-jingle.mjs";
import { colibriSources, faultIn, groupsOf, sourcesOf } from "./stand-in-focus-sources.mjs";
import { ENDED_AFTER_MS } from "./stand-in-focus-behaviour.mjs";
import { Allocation, NO_BRIDGE } from "./stand-in-focus-allocation.mjs";
import { Participants } from "./stand-in-focus-participants.mjs";
import { Room } from "./stand-in-focus-room.mjs";

export class Conference {
  #options;
  #room;
  #participants;
  #allocation;
  #timer;
  #hasEnded = false;
  iceFailures = 0;

  /** `room`, `session`, `bridges`, `features`, `behaviour`, `timing`, `mayOwn`, `onEnd()`. */
  constructor(options) {
    this.#options = options;
    this.#allocation = new Allocation(options);
    this.#participants = new Participants(options.session, options.behaviour);
    this.#room = new Room({
      ...options,
      onJoined: (member) => this.#joined(member),
      onLeft: (member) => this.#left(member),
      onPutOut: () => this.end(),
    });
  }

  /** Resolves when the focus is in the room. Ended again when nobody comes. */
  async start() {
    this.#after(this.#options.timing.initialMs, () => this.end());
    await this.#room.enter();
  }

  presence(element) {
    this.#room.presence(element);
  }

  get size() {
    return this.#participants.size;
  }

  get memberCount() {
    return this.#room.members.size;
  }

  get debugState() {
    const entries = [...this.#participants.values()].map(({ member, state, sid, sources }) => [
      member.nick,
      { jid: member.jid, state, sid, sources: sources.length },
    ]);
    return { bridge: this.#allocation.bridge ?? "null", participants: Object.fromEntries(entries) };
  }

  end() {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearTimeout(this.#timer);
    this.#allocation.expire();
    this.#room.leave();
    this.#options.onEnd();
  }

  #after(milliseconds, action) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => action(), milliseconds);
  }

  #joined(member) {
    const { timing } = this.#options;
    clearTimeout(this.#timer);
    if (this.memberCount < timing.minParticipants) return;
    const newcomers = this.size === 0 ? [...this.#room.members.values()] : [member];
    for (const one of newcomers) this.#invite(one);
  }

  #left(member) {
    const participant = this.#participants.get(member.nick);
    if (participant !== undefined) this.#remove(participant);
    if (this.memberCount === 0) this.end();
    else if (this.size === 1)
      this.#after(this.#options.timing.singleParticipantMs, () => this.#terminateAll());
    else if (this.size === 0) this.#allocation.expire();
  }

  /** Nobody is left to talk to. */
  #terminateAll() {
    for (const participant of this.#participants.values()) this.#end(participant, "Idle session timeout");
    this.#allocation.expire();
  }

  #end(participant, words) {
    this.#participants.send(participant, sessionTerminate(participant.sid, "expired", words));
    this.#remove(participant);
  }

  #invite(member) {
    if (this.#participants.has(member.nick)) return;
    const sid = randomBytes(6).toString("hex");
    const participant = {
      member,
      sid,
      state: "pending",
      sources: [],
      groups: [],
      told: new Set(),
      bridgeSession: randomBytes(4).toString("hex"),
    };
    this.#participants.set(member.nick, participant);
    void this.#offer(participant).catch((error) => {
      process.stderr.write(`${this.#options.room}: ${member.nick} was not invited: ${error.message}\n`);
      if (error.message === NO_BRIDGE) this.#room.sayNoBridge();
      if (this.#isCurrent(participant)) this.#remove(participant);
    });
  }

  async #offer(participant) {
    const { behaviour, features, session } = this.#options;
    participant.features = await features.of(participant.member.presence);
    if (behaviour.invites === "none" || behaviour.ownership === "none") return;
    const { transport, sctp } = await this.#allocate(participant);
    await delay(behaviour.slowMs);
    if (!this.#isCurrent(participant)) return;
    const isGarbage = behaviour.invites === "garbage";
    const offer = sessionInitiate({
      sid: participant.sid,
      initiator: session.jid,
      features: participant.features,
      transport,
      sctp,
      sources: this.#participants.sourcesFor(participant, this.#allocation.feedback),
      bridgeSession: participant.bridgeSession,
      wrongFingerprint: behaviour.fingerprint === "wrong",
    });
    const answer = await session.ask(
      "set",
      participant.member.address,
      isGarbage ? garbage(participant.sid) : offer,
    );
    // No answer is taken for a slow client; an error means that it does not want to.
    if (answer?.attributes.type === "error" && this.#isCurrent(participant)) this.#remove(participant);
  }

  /** The transport that colibri2 answers with. */
  async #allocate(participant) {
    const { member, features } = participant;
    const endpoint = {
      create: true,
      id: member.nick,
      "stats-id": child(member.presence, "stats-id")?.text || undefined,
      medias: mediasFor(features),
      transport: { "ice-controlling": true, ...(features.has(FEATURES.data) ? { sctp: {} } : {}) },
      capabilities: ["source-names"],
    };
    const { transport, bridge } = await this.#allocation.add(endpoint);
    participant.bridge = bridge;
    if (!this.#isCurrent(participant)) this.#release(participant);
    return transport;
  }

  #isCurrent(participant) {
    return this.#participants.get(participant.member.nick) === participant && !this.#hasEnded;
  }

  #remove(participant) {
    participant.state = "ended";
    if (this.#participants.get(participant.member.nick) === participant)
      this.#participants.delete(participant.member.nick);
    this.#release(participant);
  }

  #release(participant) {
    if (participant.bridge === undefined) return;
    this.#allocation.remove(participant.member.nick, participant.bridge);
    participant.bridge = undefined;
  }

  /** Its bridge is gone: everybody is invited anew, to another one. */
  bridgeGone(bridge) {
    if (this.#allocation.bridge !== bridge) return;
    this.#allocation.forget();
    const members = [...this.#participants.values()].map(({ member }) => member);
    this.#participants.clear();
    for (const member of members) this.#invite(member);
  }

  /** Who waits because there was no bridge is invited. */
  bridgeNew() {
    if (this.#allocation.bridge !== undefined || this.memberCount < this.#options.timing.minParticipants)
      return;
    for (const member of this.#room.members.values()) this.#invite(member);
  }

  /** What a participant says in Jingle; `from` is its address in the room. Throws what it is refused with. */
  jingle(from, element) {
    const participant = this.#participants.get(from.slice(from.indexOf("/") + 1));
    if (participant === undefined || participant.sid !== element.attributes.sid)
      throw refusal("item-not-found", "no such session");
    switch (element.attributes.action) {
      case "session-accept":
        return this.#accept(participant, element);
      case "session-terminate":
        return this.#terminate(participant, element);
      case "session-info":
        return this.#info(participant, element);
      case "transport-info":
        return this.#updateTransport(participant, element);
      case "source-add":
        return this.#addSources(participant, element);
      case "source-remove":
        return this.#removeSources(participant, element);
      default:
        throw refusal("feature-not-implemented", "Unsupported 'action'");
    }
  }

  #accept(participant, element) {
    const { accepts } = this.#options.behaviour;
    if (accepts === "refused") throw refusal("bad-request", "told to refuse it");
    if (accepts === "over") this.#end(participant, "over before it was accepted");
    if (participant.state === "ended") throw refusal("item-not-found", "no such session");
    const transport = acceptedTransport(element);
    if (transport?.transport.fingerprints === undefined)
      throw refusal("bad-request", "no transport with a fingerprint");
    this.#take(participant, element);
    participant.state = "active";
    const { member, sources } = participant;
    this.#allocation.update({ id: member.nick, transport, sources: colibriSources(sources) });
    this.#participants.tellAll();
    if (accepts in ENDED_AFTER_MS)
      setTimeout(() => this.#end(participant, "told to end it"), ENDED_AFTER_MS[accepts]);
    if (accepts === "put-out") this.#room.putOut(member);
  }

  #take(participant, element) {
    const sources = sourcesOf(element, participant.member.nick);
    const fault = faultIn(sources, this.#participants.sources);
    if (fault !== undefined) throw refusal("bad-request", fault);
    participant.sources.push(...sources);
    participant.groups.push(...groupsOf(element));
  }

  #addSources(participant, element) {
    this.#take(participant, element);
    this.#allocation.update({ id: participant.member.nick, sources: colibriSources(participant.sources) });
    this.#participants.tellAll();
  }

  #removeSources(participant, element) {
    const gone = new Set(sourcesOf(element, participant.member.nick).map(({ ssrc }) => ssrc));
    const removed = participant.sources.filter(({ ssrc }) => gone.has(ssrc));
    participant.sources = participant.sources.filter(({ ssrc }) => !gone.has(ssrc));
    this.#allocation.update({ id: participant.member.nick, sources: colibriSources(participant.sources) });
    this.#participants.tellRemoved(participant, removed);
  }

  #updateTransport(participant, element) {
    const transport = acceptedTransport(element);
    if (transport !== undefined) this.#allocation.update({ id: participant.member.nick, transport });
  }

  #info(participant, element) {
    if (child(element, "ice-state")?.text !== "failed") return;
    this.#mustBeCurrent(participant, element);
    this.iceFailures += 1;
    this.#reinvite(participant);
  }

  #terminate(participant, element) {
    this.#mustBeCurrent(participant, element);
    if (child(element, "bridge-session")?.attributes.restart === "true") return this.#reinvite(participant);
    const { sources } = participant;
    this.#remove(participant);
    this.#participants.tellRemoved(participant, sources);
  }

  #mustBeCurrent(participant, element) {
    const { id } = child(element, "bridge-session")?.attributes ?? {};
    if (id !== participant.bridgeSession)
      throw refusal("item-not-found", `${id} is not a currently active session`);
  }

  #reinvite(participant) {
    this.#remove(participant);
    this.#invite(participant.member);
  }
}
