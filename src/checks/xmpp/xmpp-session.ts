/** A participant's XMPP session: logged in, bound, able to ask, to listen, and to leave. */
import { CheckFailure, type CheckRun } from "../check-run.ts";
import { whenLate } from "../connect/when-late.ts";
import { openStream } from "./open-stream.ts";
import { authenticate, offeredMechanisms } from "./sasl.ts";
import type { SessionReason } from "./session-reasons.ts";
import { CLIENT_NAMESPACE, refusalOfIq, StanzaRefused, writeIq } from "./stanza.ts";
import { childOf, type XmlElement } from "./xml-element.ts";
import { writeXml } from "./xml-writer.ts";
import { readFeatures, refuseStreamError, type XmppStream } from "./xmpp-stream.ts";
import { loginDomain, type XmppLogin, type XmppTarget } from "./xmpp-target.ts";

const BIND_NAMESPACE = "urn:ietf:params:xml:ns:xmpp-bind";
/** Milliseconds for each answer while the session comes up. */
const ANSWER_MS = 5_000;

export interface XmppSession {
  /** The full address that the server gave us. */
  readonly jid: string;
  /** SASL mechanisms that were offered for the login. */
  readonly mechanisms: readonly string[];
  /**
   * Asks and waits for the answer, the result iq. `payloadXml` is XML already (xml-writer.ts). Rejects with a
   * StanzaRefused on an error, with `session_silent` after `waitMs`, or with why the session ended.
   */
  ask(type: "get" | "set", to: string | undefined, payloadXml: string, waitMs: number): Promise<XmlElement>;
  /** Sends one stanza, which must declare `jabber:client`. */
  send(xml: string): void;
  /**
   * Shows every stanza that is no answer to `ask`; the first listener that says true has dealt with it. An iq that
   * asks and is dealt with by none is refused by the session. Gives back how to stop listening.
   */
  onStanza(seen: (stanza: XmlElement) => boolean): () => void;
  /**
   * Tells why the session ended otherwise than by `close`: a CheckFailure, or the check's own end. Gives back how to
   * stop listening.
   */
  onEnd(ended: (error: unknown) => void): () => void;
  /** Leaves and disconnects. Never rejects. */
  close(): Promise<void>;
}

/**
 * Phases: resolve, connect, tls, upgrade, open, features, authenticate, bind. Fails with a reason of `connect/` or a
 * SessionReason, everything closed again.
 */
export async function openSession(target: XmppTarget, login: XmppLogin, run: CheckRun): Promise<XmppSession> {
  const stream = await openStream(target, run);
  try {
    const domain = loginDomain(target, login);
    run.note({ from: await run.phase("open", () => stream.open(domain, ANSWER_MS)) });
    const features = await run.phase("features", () => readFeatures(stream, ANSWER_MS));
    const mechanisms = offeredMechanisms(features);
    run.note({ mechanisms: mechanisms.join(" ") });
    await run.phase("authenticate", () => authenticate(stream, login, features, ANSWER_MS, run));
    const jid = await run.phase("bind", () => bind(stream, domain, run));
    return new StreamSession(stream, { jid, mechanisms }, run);
  } catch (error) {
    await stream.close();
    throw error;
  }
}

/** RFC 6120 section 7: a new stream, and the resource the server chooses. */
async function bind(stream: XmppStream, domain: string, run: CheckRun): Promise<string> {
  await stream.open(domain, ANSWER_MS);
  await readFeatures(stream, ANSWER_MS);
  const id = newId(run);
  stream.send(writeIq({ type: "set", id, to: undefined }, writeXml("bind", { xmlns: BIND_NAMESPACE })));
  const answer = await stream.next(ANSWER_MS);
  refuseStreamError(answer);
  if (answer.name !== "iq" || answer.attributes.id !== id) {
    throw new CheckFailure<SessionReason>(
      "bad_answer",
      `expected the session's address, got <${answer.name}>`,
    );
  }
  if (answer.attributes.type === "error") {
    const { message, evidence } = new StanzaRefused("a session", answer);
    throw new CheckFailure<SessionReason>("bind_refused", message, { evidence });
  }
  const bound = childOf(answer, "bind", BIND_NAMESPACE);
  const jid = bound === undefined ? undefined : childOf(bound, "jid", BIND_NAMESPACE)?.text.trim();
  if (jid !== undefined && jid !== "") return jid;
  throw new CheckFailure<SessionReason>("bad_answer", "the server bound a session without an address");
}

interface Question {
  answer(stanza: XmlElement): void;
  fail(error: unknown): void;
}

class StreamSession implements XmppSession {
  readonly jid: string;
  readonly mechanisms: readonly string[];
  readonly #stream: XmppStream;
  readonly #run: CheckRun;
  readonly #questions = new Map<string, Question>();
  readonly #listeners = new Set<(stanza: XmlElement) => boolean>();
  readonly #endListeners = new Set<(error: unknown) => void>();
  readonly #pumping: Promise<void>;
  #closing = false;
  #end: unknown;

  constructor(stream: XmppStream, told: Pick<XmppSession, "jid" | "mechanisms">, run: CheckRun) {
    this.#stream = stream;
    this.jid = told.jid;
    this.mechanisms = told.mechanisms;
    this.#run = run;
    this.#pumping = this.#pump();
  }

  ask(type: "get" | "set", to: string | undefined, payloadXml: string, waitMs: number): Promise<XmlElement> {
    const id = newId(this.#run);
    const asked = to ?? "the server";
    return new Promise((resolve, reject) => {
      if (this.#end !== undefined) {
        reject(this.#end);
        return;
      }
      let forget = (): void => undefined;
      const settle = (): void => {
        this.#questions.delete(id);
        forget();
      };
      const fail = (error: unknown): void => {
        settle();
        reject(error);
      };
      const answer = (stanza: XmlElement): void => {
        settle();
        if (stanza.attributes.type === "result") resolve(stanza);
        else reject(new StanzaRefused(`what ${asked} was asked`, stanza));
      };
      this.#questions.set(id, { answer, fail });
      this.send(writeIq({ type, id, to }, payloadXml));
      forget = whenLate(waitMs, this.#run.signal, () => {
        const { signal } = this.#run.context;
        const silent = new CheckFailure<SessionReason>("session_silent", `${asked} did not answer in time`);
        fail(signal.aborted ? signal.reason : silent);
      });
    });
  }

  send(xml: string): void {
    this.#stream.send(xml);
  }

  onStanza(seen: (stanza: XmlElement) => boolean): () => void {
    this.#listeners.add(seen);
    return () => this.#listeners.delete(seen);
  }

  onEnd(ended: (error: unknown) => void): () => void {
    if (this.#end !== undefined) ended(this.#end);
    this.#endListeners.add(ended);
    return () => this.#endListeners.delete(ended);
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#stream.close();
    await this.#pumping;
  }

  async #pump(): Promise<void> {
    try {
      for (;;) this.#dispatch(await this.#stream.next());
    } catch (error) {
      this.#finish(error);
    }
  }

  #dispatch(stanza: XmlElement): void {
    refuseStreamError(stanza);
    if (stanza.namespace !== CLIENT_NAMESPACE) return;
    const { type, id } = stanza.attributes;
    const isAnswer = stanza.name === "iq" && (type === "result" || type === "error");
    // The ids are unguessable, so that nobody in a room can answer in the server's place.
    const question = isAnswer && id !== undefined ? this.#questions.get(id) : undefined;
    if (question !== undefined) {
      question.answer(stanza);
      return;
    }
    for (const seen of this.#listeners) if (seen(stanza)) return;
    const refusal = refusalOfIq(stanza);
    if (refusal !== undefined) this.send(refusal);
  }

  #finish(error: unknown): void {
    this.#end = error;
    for (const question of this.#questions.values()) question.fail(error);
    if (this.#closing) return;
    for (const ended of this.#endListeners) ended(error);
  }
}

/** 96 unpredictable bits. */
function newId(run: CheckRun): string {
  return Buffer.from(run.context.randomBytes(12)).toString("hex");
}
