/** Somebody in a meeting, by hand: asks the focus, enters the room, says what it can, takes the offer; no media. */
import { randomInt } from "node:crypto";
import type { MeetingLab } from "./meeting-lab.ts";
import { logIn, type XmppPerson } from "./xmpp-person.ts";

const FOCUS = "http://jitsi.org/protocol/focus";
const AUDIO = "urn:xmpp:jingle:apps:rtp:audio";

export interface MeetingPerson extends XmppPerson {
  readonly nick: string;
  /** The focus's answer to a conference request. `machineUid` empty: without one. */
  request(
    room: string,
    more?: { readonly machineUid?: string; readonly sessionId?: string },
  ): Promise<string>;
  /** Enters the room by its own nickname. */
  enter(room: string): Promise<string>;
  /** Answers the focus's question what it can do, audio when nothing is said; resolves with the offer, acknowledged. */
  invited(features?: readonly string[]): Promise<string>;
  /** Accepts an offer with one audio source; resolves with the focus's answer. */
  accept(offer: string, ssrc?: number): Promise<string>;
  /** Sends Jingle to the focus; resolves with its answer. */
  jingle(action: string, offer: string, content: string): Promise<string>;
}

/** `password` undefined: a guest. */
export async function meetingPerson(
  lab: MeetingLab,
  nick: string,
  isMember: boolean,
): Promise<MeetingPerson> {
  const { username, password } = lab.person;
  const where = `ws://${lab.addresses.jitsi}`;
  const person = isMember
    ? await logIn(where, lab.domain, username, password.reveal())
    : await logIn(where, `guest.${lab.domain}`, "");
  let occupant = "";
  const jingle = (action: string, offer: string, content: string): Promise<string> => {
    const head = `<jingle xmlns='urn:xmpp:jingle:1' action='${action}' sid='${attributeOf(offer, "sid")}'>`;
    return person.ask(`${occupant}/focus`, `${head}${content}</jingle>`, "set");
  };
  const answer = (stanza: string, content: string): void => {
    const head = `<iq xmlns='jabber:client' type='result' id='${attributeOf(stanza, "id")}' to='${occupant}/focus'>`;
    person.send(`${head}${content}</iq>`);
  };
  return {
    ...person,
    nick,
    request: (room, { machineUid = `machine of ${nick}`, sessionId } = {}) => {
      const machine = machineUid === "" ? "" : ` machine-uid='${machineUid}'`;
      const session = sessionId === undefined ? "" : ` session-id='${sessionId}'`;
      const request = `<conference xmlns='${FOCUS}' room='${room}'${machine}${session}/>`;
      return person.ask(`focus.${lab.domain}`, request, "set");
    },
    enter: (room) => {
      occupant = room;
      return person.join(`${room}/${nick}`);
    },
    invited: async (features = [AUDIO]) => {
      const question = await person.next(/<iq .*disco#info/u);
      const listed = features.map((name) => `<feature var='${name}'/>`).join("");
      answer(question, `<query xmlns='http://jabber.org/protocol/disco#info'>${listed}</query>`);
      const offer = await person.next(/session-initiate/u);
      answer(offer, "");
      return offer;
    },
    accept: (offer, ssrc = randomInt(1, 2 ** 31)) => jingle("session-accept", offer, accepted(nick, ssrc)),
    jingle,
  };
}

/** The first attribute of that name anywhere in a stanza; empty when there is none. */
export function attributeOf(stanza: string, name: string): string {
  return new RegExp(`\\s${name}=['"]([^'"]*)`, "u").exec(stanza)?.[1] ?? "";
}

function accepted(nick: string, ssrc: number): string {
  const fingerprint = Array.from({ length: 32 }, () => "AB").join(":");
  return `<content name='audio' creator='responder'>
    <description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'>
      <source xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' ssrc='${ssrc}' name='${nick}-a0'/>
    </description>
    <transport xmlns='urn:xmpp:jingle:transports:ice-udp:1' ufrag='${nick}' pwd='a-password-of-this-endpoint'>
      <fingerprint xmlns='urn:xmpp:jingle:apps:dtls:0' hash='sha-256' setup='active'>${fingerprint}</fingerprint>
    </transport></content>`;
}
