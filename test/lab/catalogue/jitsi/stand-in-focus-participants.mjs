// Who is in a conference, by nickname, and what each of them is told of the others' streams.
import { FEATURES, sourceUpdate } from "./stand-in-focus-jingle.mjs";

export class Participants extends Map {
  #session;
  #behaviour;

  constructor(session, behaviour) {
    super();
    this.#session = session;
    this.#behaviour = behaviour;
  }

  /** Every source of every participant. */
  get sources() {
    return [...this.values()].flatMap(({ sources }) => sources);
  }

  send(participant, jingle) {
    void this.#session.ask("set", participant.member.address, jingle);
  }

  /** By endpoint, the bridge's own among them: what a new offer tells. */
  sourcesFor(participant, feedback) {
    const others = this.#untold(participant);
    if (feedback.length > 0) others.set("jvb", { sources: feedback, groups: [] });
    return others;
  }

  /** Everybody whose session stands hears of what is new. */
  tellAll() {
    for (const one of this.values()) {
      if (one.state !== "active") continue;
      const sources = this.#untold(one);
      if (sources.size > 0) this.send(one, sourceUpdate("source-add", one.sid, one.features, sources));
    }
  }

  /** The others hear that these are gone. */
  tellRemoved(participant, sources) {
    if (sources.length === 0) return;
    const removed = new Map([[participant.member.nick, { sources, groups: [] }]]);
    for (const one of this.values()) {
      if (one === participant || one.state !== "active" || one.features.has(FEATURES.rewriting)) continue;
      this.send(one, sourceUpdate("source-remove", one.sid, one.features, removed));
    }
  }

  /** What others send and this one does not know; from now on it does. To whom the bridge rewrites, it says itself. */
  #untold(participant) {
    const found = new Map();
    if (this.#behaviour.sources === "withheld" || participant.features?.has(FEATURES.rewriting)) return found;
    for (const { member, sources, groups } of this.values()) {
      const news = sources.filter(({ ssrc }) => !participant.told.has(ssrc));
      if (member === participant.member || news.length === 0) continue;
      for (const { ssrc } of news) participant.told.add(ssrc);
      const together = groups.filter(({ ssrcs }) => news.some(({ ssrc }) => ssrcs.includes(ssrc)));
      found.set(member.nick, { sources: news, groups: together });
    }
    return found;
  }
}
