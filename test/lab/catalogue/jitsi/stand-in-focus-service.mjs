// What jicofo is to the others: who may open a room, which room is whose, who said what to whom.
import { setTimeout as delay } from "node:timers/promises";
import { child, xml } from "./stand-in-xml.mjs";
import { Access } from "./stand-in-focus-access.mjs";
import { FocusBridges } from "./stand-in-focus-bridges.mjs";
import { Conference } from "./stand-in-focus-conference.mjs";
import { FeatureCache } from "./stand-in-focus-features.mjs";
import { FOCUS, JINGLE } from "./stand-in-focus-jingle.mjs";
import { FocusSession, refusal } from "./stand-in-focus-session.mjs";

export class Focus {
  #config;
  #timing;
  #behaviour;
  #access;
  #session;
  #bridges;
  #features;
  #conferences = new Map();
  #created = 0;
  #iceFailures = 0;

  /** `config`: the section `jicofo` of jicofo.conf; `timing`: milliseconds. */
  constructor(config, timing, behaviour) {
    this.#config = config;
    this.#timing = timing;
    this.#behaviour = behaviour;
    this.#access = new Access(config.authentication, behaviour);
    this.#session = new FocusSession(config.xmpp.client, {
      onOnline: () => this.#bridges.enter(),
      onOffline: () => this.#offline(),
      onPresence: (element) => this.#presence(element),
      onRequest: (element) => this.#request(element),
    });
    this.#features = new FeatureCache(this.#session);
    this.#bridges = new FocusBridges({
      session: this.#session,
      brewery: this.#brewery,
      healthIntervalMs: timing.healthMs,
      behaviour,
      onGone: (bridge) => this.#conferences.forEach((conference) => conference.bridgeGone(bridge)),
      onNew: () => this.#conferences.forEach((conference) => conference.bridgeNew()),
    });
  }

  start() {
    this.#session.start();
  }

  get isOnline() {
    return this.#session.isOnline;
  }

  get stats() {
    // One who waits alone counts as one.
    const sizes = [...this.#conferences.values()].map(({ size }) => Math.max(size, 1));
    const iceFailures = [...this.#conferences.values()].reduce(
      (sum, one) => sum + one.iceFailures,
      this.#iceFailures,
    );
    return {
      conferences: sizes.length,
      participants: sizes.reduce((sum, size) => sum + size, 0),
      largest_conference: Math.max(0, ...sizes),
      total_conferences_created: this.#created,
      participant_notifications: { ice_failed: iceFailures, request_restart: 0 },
      bridge_selector: this.#bridges.counts,
    };
  }

  get debugState() {
    return { bridge_selector: this.#bridges.debugState, conferences: this.conferences };
  }

  get conferences() {
    return Object.fromEntries(
      [...this.#conferences].map(([room, conference]) => [room, conference.debugState]),
    );
  }

  /** The answer to a conference request, once the focus is in the room. Rejects with what it is refused with. */
  async admit({ from, room, machineUid, sessionId }) {
    const roomExists = this.#conferences.has(room);
    const admitted = this.#access.admit({ from, machineUid, sessionId, roomExists });
    const ready = this.#behaviour.requests === "never-ready" ? false : await this.#enter(room);
    const properties = {
      authentication: String(this.#access.isSecured),
      ...(this.#access.isSecured ? { externalAuth: "false" } : {}),
    };
    return { attributes: { room, ready, focusjid: bare(this.#session.jid), ...admitted }, properties };
  }

  async #enter(room) {
    const known = this.#conferences.get(room);
    if (known !== undefined) return await known.started.then(() => true);
    const conference = new Conference({
      room,
      session: this.#session,
      bridges: this.#bridges,
      features: this.#features,
      behaviour: this.#behaviour,
      timing: this.#timing,
      mayOwn: (member, members) => this.#mayOwn(member, members),
      onEnd: () => {
        this.#conferences.delete(room);
        this.#iceFailures += conference.iceFailures;
      },
    });
    this.#conferences.set(room, conference);
    this.#created += 1;
    conference.started = conference.start();
    try {
      await conference.started;
      return true;
    } catch (error) {
      conference.end();
      throw error;
    }
  }

  /** On a secure domain who has logged in; else the first who comes. */
  #mayOwn(member, members) {
    if (this.#access.isSecured) return this.#access.isLoggedIn(member.jid);
    if (this.#config.conference?.["enable-auto-owner"] === false) return false;
    return !members.some(({ affiliation }) => affiliation === "owner");
  }

  #offline() {
    for (const conference of this.#conferences.values()) conference.end();
    this.#bridges.forgetAll();
  }

  #presence(element) {
    const room = bare(element.attributes.from);
    if (room === this.#brewery) this.#bridges.presence(element);
    else this.#conferences.get(room)?.presence(element);
  }

  /** A promise of the answer's XML; undefined when it is not the focus's business. */
  #request(element) {
    const { from, type } = element.attributes;
    const conference = child(element, "conference", FOCUS);
    if (conference !== undefined && type === "set")
      return this.#conferenceRequest(from, conference.attributes);
    const jingle = child(element, "jingle", JINGLE);
    return jingle === undefined ? undefined : this.#jingle(from, jingle);
  }

  async #jingle(from, element) {
    const conference = this.#conferences.get(bare(from));
    if (conference === undefined) throw refusal("item-not-found", "no such conference");
    conference.jingle(from, element);
    return "";
  }

  /** Whoever cannot be helped hears nothing, as from the real one, whose thread ends there. */
  async #conferenceRequest(from, { room, "machine-uid": machineUid, "session-id": sessionId }) {
    await delay(this.#behaviour.slowMs);
    if (this.#behaviour.requests === "silent") return undefined;
    if (room === undefined) throw refusal("bad-request", "No 'room' specified.");
    try {
      const request = { from: this.#sender(from), room: room.toLowerCase(), machineUid, sessionId };
      const { attributes, properties } = await this.admit(request);
      const listed = Object.entries(properties).map(([name, value]) => xml("property", { name, value }));
      return xml("conference", { xmlns: FOCUS, ...attributes }, listed);
    } catch (error) {
      if (error.condition !== undefined) throw error;
      process.stderr.write(`${room}: ${error.message}\n`);
      return undefined;
    }
  }

  get #brewery() {
    return this.#config.bridge["brewery-jid"].toLowerCase();
  }

  /** Who asked: mod_client_proxy puts the asking address behind its own. */
  #sender(from) {
    const proxy = `${this.#config.xmpp.client["client-proxy"]}/`;
    return from.startsWith(proxy) ? from.slice(proxy.length) : from;
  }
}

function bare(address) {
  return address.split("/")[0];
}
