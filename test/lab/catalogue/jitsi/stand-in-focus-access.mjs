// Who may open a room: the secure domain as jicofo keeps it (jicofo.authentication, type XMPP).
import { randomUUID } from "node:crypto";
import { xml } from "./stand-in-xml.mjs";
import { refusal } from "./stand-in-focus-session.mjs";

const FOCUS = "http://jitsi.org/protocol/focus";

export class Access {
  #domain;
  #behaviour;
  /** By session id: who logged in from where. */
  #sessions = new Map();
  /** By full address: its session's id. */
  #loggedIn = new Map();

  /** `authentication`: the section of jicofo.conf, absent on an open site. */
  constructor(authentication, behaviour) {
    this.#domain = authentication?.enabled === true ? authentication["login-url"] : undefined;
    this.#behaviour = behaviour;
  }

  get isSecured() {
    return this.#domain !== undefined;
  }

  /**
   * Attributes for the answer to a conference request; throws the refusal. A member's login is kept for its machine; a
   * guest needs none to enter a room that is there.
   */
  admit({ from, machineUid, sessionId, roomExists }) {
    if (!this.isSecured) return {};
    if (sessionId !== undefined && !this.#sessions.has(sessionId)) {
      throw refusal("not-acceptable", "", xml("session-invalid", { xmlns: FOCUS }));
    }
    const session = sessionId ?? this.#logIn(from, machineUid);
    if (session !== undefined) {
      this.#loggedIn.set(from, session);
      return { "session-id": session, identity: this.#sessions.get(session).identity };
    }
    this.#admitGuest(roomExists);
    return {};
  }

  #logIn(from, machineUid) {
    const bare = from.split("/")[0];
    if (bare.split("@")[1] !== this.#domain) return undefined;
    if (machineUid === undefined || machineUid === "")
      throw refusal("not-acceptable", "Please specify 'machine-uid'");
    for (const [id, { identity, machine }] of this.#sessions)
      if (identity === bare && machine === machineUid) return id;
    const id = randomUUID();
    this.#sessions.set(id, { identity: bare, machine: machineUid });
    return id;
  }

  #admitGuest(roomExists) {
    const { guests } = this.#behaviour;
    if (guests === "may-create" || (roomExists && guests !== "refused")) return;
    throw refusal("not-authorized", "not authorized user domain");
  }

  /** Whether this address gets to own a room on a secure domain. */
  isLoggedIn(from) {
    return this.#loggedIn.has(from);
  }
}
