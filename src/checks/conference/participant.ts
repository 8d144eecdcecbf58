/** One participant of a check's meeting, from logging in to leaving: session, room, relay and media together. */
import { CheckFailure, CheckRun } from "../check-run.ts";
import { speakingAs } from "../transcript.ts";
import { findAddress } from "../connect/find-address.ts";
import type { LocalParameters } from "../media/media-messages.ts";
import type { MediaProcess } from "../media/media-process.ts";
import type { TransportAddress } from "../stun/stun-address.ts";
import { openRelayPath, type RelayPath } from "../turn/relay-path.ts";
import { turnReasons } from "../turn/turn-reasons.ts";
import { askServices } from "../xmpp/extdisco.ts";
import { machineUidOf, requestFocus } from "../xmpp/focus-request.ts";
import { openSession, type XmppSession } from "../xmpp/xmpp-session.ts";
import type { XmppLogin, XmppTarget } from "../xmpp/xmpp-target.ts";
import type { ConferenceReason } from "./conference-reasons.ts";
import type { Offer } from "./jingle-offer.ts";
import { type RelayPathName, type RelayPlace, relayFor } from "./path-name.ts";
import { RoomMember } from "./room-member.ts";

export interface Identity {
  /** For people and as a name at the media process: `member`, `guest`. */
  readonly name: string;
  readonly login: XmppLogin;
}

export interface Place {
  readonly target: XmppTarget;
  /** Domain of the rooms: `conference.D`. */
  readonly muc: string;
  /** Where the focus answers: `focus.D`. */
  readonly focus: string;
  /** Without the domain. */
  readonly room: string;
  readonly allowSelfSigned: boolean;
  /** Only these of the relays that the site tells of; absent: the first of each transport. */
  readonly relays?: readonly RelayPlace[];
}

export class Participant {
  readonly name: string;
  readonly #login: XmppLogin;
  readonly #place: Place;
  readonly #media: MediaProcess;
  readonly #peer: string;
  readonly #run: CheckRun;
  #session: XmppSession | undefined;
  #member: RoomMember | undefined;
  #relay: RelayPath | undefined;
  #offer: Offer | undefined;
  #local: LocalParameters | undefined;

  /** `path` keeps its media apart from the same person's on another path. */
  constructor(identity: Identity, path: string, place: Place, media: MediaProcess, run: CheckRun) {
    this.name = identity.name;
    this.#login = identity.login;
    this.#place = place;
    this.#media = media;
    this.#peer = `${path}/${identity.name}`;
    // Its phases are many and those of its parts; the meeting's are enough.
    this.#run = new CheckRun(speakingAs(identity.name, run.context), run.signal);
  }

  /** Name at the media process. */
  get peer(): string {
    return this.#peer;
  }

  get relay(): RelayPath | undefined {
    return this.#relay;
  }

  async logIn(): Promise<void> {
    this.#session = await openSession(this.#place.target, this.#login, this.#run);
  }

  /** Asks the site which relays there are, as guests' browsers do, too, and allocates on the one of this path. */
  async openRelay(path: RelayPathName): Promise<void> {
    const session = present(this.#session);
    const services = await askServices(session, this.#place.target.domain, this.#run);
    const relay = relayFor(path, services, this.#place.relays);
    if (relay === undefined) {
      const told = services.map(({ type, host, port, transport }) => `${type} ${host}:${port}/${transport}`);
      const message = `no relay by ${path} is told of; there are: ${told.join(", ") || "none"}`;
      throw new CheckFailure<ConferenceReason>("turn_not_offered", message);
    }
    const { host, username = "", password } = relay.service;
    const { transport, port } = relay;
    try {
      const address = await findAddress({ host }, this.#run);
      const credential = { username, password: present(password) };
      const { allowSelfSigned } = this.#place;
      const options = { host, address, port, transport, credential, allowSelfSigned };
      this.#relay = await openRelayPath(options, this.#run);
    } catch (error) {
      throw asRelayFailure(error);
    }
  }

  async requestRoom(): Promise<void> {
    const session = present(this.#session);
    const { focus } = this.#place;
    const question = { focus, room: this.#room, machineUid: machineUidOf(this.name) };
    await requestFocus(session, question, this.#run);
  }

  async enterRoom(): Promise<void> {
    const session = present(this.#session);
    this.#member = new RoomMember(session, this.#room, nickOf(session, this.#login, this.#run), this.#run);
    await this.#member.enter();
  }

  /** Undefined when the focus invites nobody. */
  async waitForInvitation(): Promise<Offer | undefined> {
    this.#offer = await present(this.#member).invited();
    return this.#offer;
  }

  get treatment(): RoomMember["treatment"] {
    return present(this.#member).treatment;
  }

  /** Can be called at any time: it waits for the media process. */
  async openMedia(): Promise<void> {
    this.#local = await this.#media.open(this.#peer);
  }

  async accept(): Promise<void> {
    await present(this.#member).accept(present(this.#offer), present(this.#local));
  }

  /** What comes of it, unless this participant's meeting ends before: then fails with why. */
  async whileItLasts<T>(work: Promise<T>): Promise<T> {
    return await present(this.#member).whileItLasts(work);
  }

  /** What comes of it; but `relay_lost` when the relay ended meanwhile, whatever that made of it. */
  async overRelay<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } finally {
      this.#mustHaveRelay();
    }
  }

  /** Milliseconds of ICE and DTLS. */
  async connect(
    to: readonly TransportAddress[],
  ): Promise<{ readonly iceMs: number; readonly dtlsMs: number }> {
    const { ufrag, pwd, fingerprints } = present(this.#offer).transport;
    const remote = { ufrag, pwd, fingerprints: [...fingerprints], candidates: [...to] };
    return await this.overRelay(this.whileItLasts(this.#media.connect(this.#peer, remote)));
  }

  /** Fails with `source_not_announced`. */
  async hear(other: Participant): Promise<void> {
    if (await present(this.#member).hears(present(other.#local).ssrc)) return;
    const message = `the focus does not tell of the ${other.name}'s audio`;
    throw new CheckFailure<ConferenceReason>("source_not_announced", message);
  }

  /** Leaves the room, the relay and the server behind as if it had never been there; never rejects. */
  async leave(): Promise<void> {
    this.#member?.leave();
    await Promise.allSettled([this.#relay?.close(), this.#session?.close()]);
  }

  #mustHaveRelay(): void {
    const lost = this.#relay?.failure;
    if (lost === undefined) return;
    throw new CheckFailure<ConferenceReason>("relay_lost", `the relay ended: ${lost.message}`, {
      cause: lost,
    });
  }

  get #room(): string {
    return `${this.#place.room}@${this.#place.muc}`;
  }
}

/**
 * Guests are called after their account, which Prosody's `anonymous_strict` wants; it is the endpoint's id, too, for
 * which the bridge takes eight hexadecimal digits.
 */
function nickOf({ jid }: XmppSession, login: XmppLogin, run: CheckRun): string {
  const own = /^[0-9a-f]{8}/.exec(jid)?.[0];
  if (login.kind === "guest" && own !== undefined) return own;
  return Buffer.from(run.context.randomBytes(4)).toString("hex");
}

/** Reasons of the relay's own ladder stay; those of the way to it say where that way led. */
function asRelayFailure(error: unknown): unknown {
  if (!(error instanceof CheckFailure) || error.reason in turnReasons) return error;
  const { reason, message, evidence } = error;
  return new CheckFailure<ConferenceReason>("relay_unreachable", `${reason}: ${message}`, { evidence });
}

/** What an earlier step has made. */
function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("a step of the meeting was left out");
  return value;
}
