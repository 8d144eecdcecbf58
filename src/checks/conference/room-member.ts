/** One participant's signaling in a room: enters, says what it can do, is invited, hears of sources, leaves. */
import { CheckFailure, type CheckRun } from "../check-run.ts";
import type { LocalParameters } from "../media/media-messages.ts";
import { StanzaRefused, writeIq } from "../xmpp/stanza.ts";
import { childOf, type XmlElement } from "../xmpp/xml-element.ts";
import type { XmppSession } from "../xmpp/xmpp-session.ts";
import { featuresElement } from "./capabilities.ts";
import type { ConferenceReason } from "./conference-reasons.ts";
import { acceptElement, terminateElement } from "./jingle-answer.ts";
import { announcedSources, type Offer, readOffer } from "./jingle-offer.ts";
import { DISCO_INFO, JINGLE } from "./namespaces.ts";
import { enterPresence, leavePresence, readPresence } from "./room-presence.ts";

const JOIN_MS = 5_000;
/** jicofo allocates on the bridge before it invites; it gives itself 15 s, a person waits shorter. */
const INVITE_MS = 5_000;
const ACCEPT_MS = 5_000;
const SOURCES_MS = 2_000;

export class RoomMember {
  readonly nick: string;
  readonly #session: XmppSession;
  readonly #room: string;
  readonly #run: CheckRun;
  readonly #sources = new Set<number>();
  #entered = false;
  #left = false;
  #isOwner = false;
  #noBridge = false;
  #offer: Offer | undefined;
  /** Rejects with why nothing more is to be waited for. */
  readonly #ended = Promise.withResolvers<never>();
  #end: unknown;
  #wake: () => void = () => undefined;

  /** `room` is `ROOM@conference.D`. */
  constructor(session: XmppSession, room: string, nick: string, run: CheckRun) {
    this.#session = session;
    this.#room = room;
    this.nick = nick;
    this.#run = run;
    // Who waits for nothing does not hear of it.
    this.#ended.promise.catch(() => undefined);
    // Until the session ends: the focus is answered also while we leave.
    session.onStanza((stanza) => this.#see(stanza));
    session.onEnd((error) => this.#fail(error));
  }

  /** Made owner or told of no bridge: what jicofo did for it beside inviting. */
  get treatment(): { readonly isOwner: boolean; readonly noBridge: boolean } {
    return { isOwner: this.#isOwner, noBridge: this.#noBridge };
  }

  /** Fails with `join_silent` or `room_refused`. */
  async enter(): Promise<void> {
    this.#session.send(enterPresence(this.#occupant, this.nick));
    const entered = await this.#until(() => this.#entered || undefined, JOIN_MS);
    if (entered === undefined) throw failure("join_silent", `no answer to joining ${this.#room}`);
  }

  /** The focus' invitation, already acknowledged; undefined when none comes. Fails with `bad_offer`. */
  async invited(): Promise<Offer | undefined> {
    const invited = await this.#until(
      () => this.#offer ?? (this.#noBridge ? "no bridge" : undefined),
      INVITE_MS,
    );
    return invited === "no bridge" ? undefined : invited;
  }

  /** Fails with `accept_refused`; with `meeting_ended` when the focus refuses it because there is no session any more. */
  async accept(offer: Offer, local: LocalParameters): Promise<void> {
    const accept = acceptElement(offer, this.#session.jid, this.nick, local);
    try {
      await this.whileItLasts(this.#session.ask("set", this.#focus, accept, ACCEPT_MS));
    } catch (error) {
      if (!(error instanceof CheckFailure) || error === this.#end) throw error;
      throw failure("accept_refused", error.message);
    }
  }

  /** Whether the focus told of this source in time. */
  async hears(ssrc: number): Promise<boolean> {
    return (await this.#until(() => this.#sources.has(ssrc) || undefined, SOURCES_MS)) ?? false;
  }

  /** What comes of it, unless the meeting ends before: whatever fails after that fails for it. */
  async whileItLasts<T>(work: Promise<T>): Promise<T> {
    return await Promise.race([this.#ended.promise, work]);
  }

  /** Ends what was begun: also after a failure, and without waiting for answers. */
  leave(): void {
    if (this.#left) return;
    this.#left = true;
    if (this.#offer !== undefined) {
      const id = Buffer.from(this.#run.context.randomBytes(12)).toString("hex");
      this.#session.send(writeIq({ type: "set", id, to: this.#focus }, terminateElement(this.#offer)));
    }
    this.#session.send(leavePresence(this.#occupant));
  }

  get #occupant(): string {
    return `${this.#room}/${this.nick}`;
  }

  get #focus(): string {
    return `${this.#room}/focus`;
  }

  /** True for what is dealt with; the session refuses other questions, such as invitations by anybody else. */
  #see(stanza: XmlElement): boolean {
    const presence = readPresence(stanza);
    if (presence?.from === this.#occupant) {
      if (presence.type === "error") this.#fail(refusal(stanza));
      else if (presence.type === "unavailable") this.#fail(putOut(presence.words));
      else this.#entered = true;
      this.#isOwner ||= presence.affiliation === "owner";
    }
    if (presence?.from === this.#focus && presence.saysNoBridge) this.#noBridge = true;
    this.#wake();
    if (presence !== undefined) return true;
    return stanza.name === "iq" && this.#answer(stanza);
  }

  /** The focus asks what we can do from its room and, on some versions, from its own address. */
  #answer(stanza: XmlElement): boolean {
    const { type, from, id } = stanza.attributes;
    if (id === undefined) return false;
    const query = type === "get" ? childOf(stanza, "query", DISCO_INFO) : undefined;
    const jingle = type === "set" && from === this.#focus ? childOf(stanza, "jingle", JINGLE) : undefined;
    if (query === undefined && jingle === undefined) return false;
    const payload = query === undefined ? "" : featuresElement(query.attributes.node);
    // At once: an unanswered question costs 15 s, an unanswered invitation the connection.
    this.#session.send(writeIq({ type: "result", id, to: from }, payload));
    if (jingle !== undefined) this.#take(jingle);
    this.#wake();
    return true;
  }

  #take(jingle: XmlElement): void {
    const { action } = jingle.attributes;
    for (const ssrc of announcedSources(jingle)) this.#sources.add(ssrc);
    if (action === "session-terminate") {
      const reason = jingle.children.find(({ name }) => name === "reason");
      const words = reason?.children.map(({ name, text }) => (name === "text" ? text : name)).join(" ");
      this.#fail(failure("meeting_ended", `the focus ends the session: ${words ?? "no reason"}`));
    }
    if (action !== "session-initiate") return;
    try {
      this.#offer = readOffer(jingle);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#end ??= error;
    this.#ended.reject(this.#end);
    this.#wake();
  }

  async #until<T>(read: () => T | undefined, waitMs: number): Promise<T | undefined> {
    const limit = AbortSignal.any([this.#run.signal, AbortSignal.timeout(waitMs)]);
    for (;;) {
      const value = read();
      if (value !== undefined) return value;
      if (this.#end !== undefined) throw this.#end;
      if (limit.aborted) break;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        limit.addEventListener("abort", () => resolve(), { once: true });
      });
    }
    this.#run.signal.throwIfAborted();
    return undefined;
  }
}

/** XEP-0045 section 7.2: the error in answer to a join. */
function refusal(stanza: XmlElement): CheckFailure<ConferenceReason> {
  const { message, evidence } = new StanzaRefused("the room", stanza);
  return new CheckFailure("room_refused", message, { evidence });
}

function putOut(words: string): CheckFailure<ConferenceReason> {
  return failure("meeting_ended", `put out of the room: ${words === "" ? "no reason" : words}`);
}

function failure(reason: ConferenceReason, message: string): CheckFailure<ConferenceReason> {
  return new CheckFailure(reason, message);
}
