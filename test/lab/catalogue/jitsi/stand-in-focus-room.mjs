// The focus as an occupant of one room: it enters before anybody, knows who is there, and makes owners of who may be one.
import { child, childrenOf, xml } from "./stand-in-xml.mjs";
import { conditionOf, succeeded } from "./stand-in-focus-session.mjs";

const MUC = "http://jabber.org/protocol/muc";
const OWNER = `${MUC}#owner`;
const JOIN_MS = 10_000;

export class Room {
  #options;
  #joined;
  #isIn = false;
  /** By nickname: `{ nick, address, jid, presence }`, the focus itself not counted. */
  members = new Map();

  /** `room`, `session`, `behaviour`, `mayOwn(member, room)`, `onJoined(member)`, `onLeft(member)`, `onPutOut()`. */
  constructor(options) {
    this.#options = options;
  }

  /** Resolves when it is in and the room is set up; rejects with the server's condition. */
  async enter() {
    const { room, session } = this.#options;
    const to = `${room}/focus`;
    let timer;
    const joined = new Promise((resolve, reject) => {
      this.#joined = { resolve, reject };
      timer = setTimeout(() => reject(new Error(`not in ${room} after ${JOIN_MS} ms`)), JOIN_MS);
    });
    session.send(xml("presence", { to }, xml("x", { xmlns: MUC })));
    await joined.finally(() => clearTimeout(timer));
    this.#isIn = true;
    await this.#configure();
    this.#announce();
  }

  /** In its presence, as jicofo: clients show that the conference cannot be had. */
  sayNoBridge() {
    if (this.#isIn) this.#announce(xml("bridgeNotAvailable", { xmlns: "http://jitsi.org/protocol/focus" }));
  }

  #announce(more = "") {
    const version = xml(
      "versions",
      { xmlns: "http://jitsi.org/jitmeet" },
      xml("component", { name: "focus" }, "lab stand-in"),
    );
    const properties = xml(
      "conference-properties",
      { xmlns: "http://jitsi.org/protocol/focus" },
      xml("property", { key: "support-terminate-restart", value: "true" }),
    );
    const { room, session } = this.#options;
    session.send(xml("presence", { to: `${room}/focus` }, version, properties, more));
  }

  leave() {
    if (this.#isIn)
      this.#options.session.send(xml("presence", { to: `${this.#options.room}/focus`, type: "unavailable" }));
    this.#isIn = false;
  }

  presence(element) {
    const { from, type } = element.attributes;
    const nick = from.slice(from.indexOf("/") + 1);
    if (nick === "focus") return this.#own(element, type);
    const known = this.members.get(nick);
    if (type === "unavailable") {
      if (known === undefined) return;
      this.members.delete(nick);
      this.#options.onLeft(known);
      this.#grant();
    } else if (type === undefined) {
      const member = known ?? { nick, address: from, jid: itemOf(element)?.jid, affiliation: undefined };
      Object.assign(member, { presence: element, affiliation: itemOf(element)?.affiliation });
      this.members.set(nick, member);
      if (known !== undefined) return;
      this.#grant();
      this.#options.onJoined(member);
    }
  }

  #own(element, type) {
    if (type === "error") this.#joined?.reject(new Error(`${this.#options.room}: ${conditionOf(element)}`));
    else if (type !== "unavailable") this.#joined?.resolve();
    else if (this.#isIn) {
      this.#isIn = false;
      this.#options.onPutOut();
    }
  }

  /** Everybody sees everybody's address, by which the focus is known. Only an owner may do this. */
  async #configure() {
    const { room, session, behaviour } = this.#options;
    if (behaviour.ownership === "none") return;
    const form = await session.ask("get", room, xml("query", { xmlns: OWNER }));
    if (!succeeded(form)) throw new Error(`${room} has no form for the focus: ${conditionOf(form)}`);
    const fields = {
      FORM_TYPE: `${MUC}#roomconfig`,
      "muc#roomconfig_whois": "anyone",
      ...(behaviour.rooms === "members-only" ? { "muc#roomconfig_membersonly": "1" } : {}),
    };
    const written = Object.entries(fields).map(([name, value]) =>
      xml("field", { var: name }, xml("value", {}, value)),
    );
    const answer = xml(
      "query",
      { xmlns: OWNER },
      xml("x", { xmlns: "jabber:x:data", type: "submit" }, written),
    );
    const done = await session.ask("set", room, answer);
    if (!succeeded(done)) throw new Error(`${room} was not set up: ${conditionOf(done)}`);
  }

  #grant() {
    const { behaviour, mayOwn } = this.#options;
    if (behaviour.ownership === "none") return;
    for (const member of this.members.values()) {
      if (
        member.jid === undefined ||
        member.affiliation === "owner" ||
        !mayOwn(member, [...this.members.values()])
      )
        continue;
      member.affiliation = "owner";
      const item = xml("item", { affiliation: "owner", jid: member.jid.split("/")[0] });
      void this.#administer(`${member.nick} was not made owner`, item);
    }
  }

  /** Kicks it (XEP-0045, section 8.2). */
  putOut({ nick }) {
    const reason = xml("reason", {}, "told to put it out");
    const item = xml("item", { nick, role: "none" }, reason);
    void this.#administer(`${nick} was not put out`, item);
  }

  async #administer(failure, item) {
    const { room, session } = this.#options;
    const answer = await session.ask("set", room, xml("query", { xmlns: `${MUC}#admin` }, item));
    if (succeeded(answer)) return;
    process.stderr.write(`${room}: ${failure}: ${conditionOf(answer)}\n`);
  }
}

function itemOf(presence) {
  return childrenOf(child(presence, "x", `${MUC}#user`), "item")[0]?.attributes;
}
