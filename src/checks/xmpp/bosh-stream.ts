/** XMPP over BOSH (XEP-0124, XEP-0206): elements in the bodies of HTTP requests, two of them at once. */
import { CheckFailure, CheckRun } from "../check-run.ts";
import { exchangeHttp } from "../connect/http-exchange.ts";
import { openSecured } from "../connect/open-secured.ts";
import { endOfSession, readBoshAnswer } from "./bosh-answer.ts";
import { type BoshPurpose, writeBoshBody } from "./bosh-body.ts";
import { Inbox } from "./inbox.ts";
import { maskStanza } from "./mask-stanza.ts";
import type { SessionReason } from "./session-reasons.ts";
import type { XmlElement } from "./xml-element.ts";
import type { XmppStream } from "./xmpp-stream.ts";
import type { XmppTarget } from "./xmpp-target.ts";

/** One waits for what the server has to say, one carries what we have to say. */
const AT_ONCE = 2;
/** Seconds that a request may be held; short of any proxy's patience. */
const WAIT_SECONDS = 20;
const CLOSE_MS = 1_000;
const PAUSE_MS = 200;

interface Received {
  readonly body: XmlElement;
  /** Characters. */
  readonly size: number;
}

/** Connects with every request anew, first in `open`. Its reasons are those of `connect/` and of sessions. */
export class BoshStream implements XmppStream {
  readonly encrypted: boolean;
  readonly #target: XmppTarget;
  readonly #run: CheckRun;
  readonly #inbox: Inbox;
  /** Below 2^53 for as long as anybody asks (XEP-0124 section 14.1). */
  #requestId: number;
  #sessionId: string | undefined;
  readonly #unsent: string[] = [];
  #flying = 0;
  /** The last request's way to the server, which the next one must not overtake. */
  #onItsWay: Promise<unknown> = Promise.resolve();
  #ended = false;
  /** Takes back what still waits at the server, which need not answer it. */
  readonly #over = new AbortController();
  readonly #signal: AbortSignal;

  constructor(target: XmppTarget, run: CheckRun) {
    this.encrypted = target.secure;
    this.#target = target;
    this.#run = run;
    this.#signal = AbortSignal.any([run.signal, this.#over.signal]);
    this.#inbox = new Inbox(run);
    this.#requestId = Buffer.from(run.context.randomBytes(4)).readUInt32BE(0) + 1;
  }

  /** The first makes the session, every other begins its stream anew; the features come with the answer. */
  async open(domain: string, waitMs: number): Promise<string> {
    const sessionId = this.#sessionId;
    const purpose: BoshPurpose =
      sessionId === undefined
        ? { kind: "session", domain, waitSeconds: WAIT_SECONDS }
        : { kind: "restart", domain, sessionId };
    const limit = AbortSignal.any([this.#run.signal, AbortSignal.timeout(waitMs)]);
    const received = await this.#exchange(purpose, [], limit).catch((error: unknown) => {
      this.#run.context.signal.throwIfAborted();
      throw limit.aborted ? failure("session_silent", "no answer to the BOSH request in time") : error;
    });
    const { body } = received;
    this.#sessionId ??= body.attributes.sid;
    this.#take(received);
    const end = endOfSession(body);
    if (end !== undefined && body.children.length === 0) throw end;
    if (this.#sessionId === undefined) throw failure("bad_answer", "the BOSH answer names no session");
    return body.attributes.from ?? "";
  }

  send(xml: string): void {
    if (this.#ended) return;
    this.#unsent.push(xml);
    this.#pump();
  }

  async next(waitMs?: number): Promise<XmlElement> {
    this.#pump();
    return await this.#inbox.next(waitMs);
  }

  async close(): Promise<void> {
    const sessionId = this.#sessionId;
    if (this.#ended || sessionId === undefined) return;
    this.#ended = true;
    const purpose: BoshPurpose = { kind: "elements", sessionId, end: true };
    await this.#exchange(purpose, this.#unsent.splice(0), AbortSignal.timeout(CLOSE_MS)).catch(
      () => undefined,
    );
    this.#end(failure("stream_closed", "the session is closed"));
  }

  /** Says what is to be said, and has one request at the server for what it has to say. */
  #pump(): void {
    const sessionId = this.#sessionId;
    const most = this.#unsent.length === 0 ? 1 : AT_ONCE;
    if (this.#ended || sessionId === undefined || this.#flying >= most) return;
    this.#flying += 1;
    void this.#ask(sessionId, this.#unsent.splice(0));
  }

  /** Never rejects. */
  async #ask(sessionId: string, elements: readonly string[]): Promise<void> {
    let empty = true;
    try {
      const received = await this.#exchange({ kind: "elements", sessionId }, elements, this.#signal);
      empty = received.body.children.length === 0;
      this.#take(received);
    } catch (error) {
      if (this.#signal.aborted) return;
      this.#end(error);
    }
    this.#flying -= 1;
    // A server that holds no request back must not be asked without a pause.
    if (empty && this.#unsent.length === 0) setTimeout(() => this.#pump(), PAUSE_MS);
    else this.#pump();
  }

  async #exchange(purpose: BoshPurpose, elements: readonly string[], signal: AbortSignal): Promise<Received> {
    const request = writeBoshBody(this.#requestId, purpose, elements);
    this.#requestId += 1;
    const before = this.#onItsWay;
    const sent = Promise.withResolvers<void>();
    this.#onItsWay = sent.promise;
    try {
      await before;
      const answer = await this.#post(request, signal, sent.resolve);
      return { body: readBoshAnswer(answer), size: answer.body.length };
    } finally {
      sent.resolve();
    }
  }

  /** The conversation is told as the stream's, and its connections are no phases. */
  async #post(
    xml: string,
    signal: AbortSignal,
    sent: () => void,
  ): Promise<Awaited<ReturnType<typeof exchangeHttp>>> {
    const { host, address, port, secure, path, room, allowSelfSigned } = this.#target;
    const inner = new CheckRun({ ...this.#run.context, transcript: () => undefined }, signal);
    const socket = await openSecured(
      { host, address, port, secure, allowSelfSigned, alpn: ["http/1.1"] },
      inner,
    );
    this.#run.say(`→ ${maskStanza(xml)}`);
    const whole = room === undefined ? path : `${path}?room=${encodeURIComponent(room)}`;
    const answering = exchangeHttp(socket, { method: "POST", host, path: whole, xml }, inner);
    sent();
    const answer = await answering;
    this.#run.say(`← ${answer.status} ${maskStanza(answer.body)}`);
    return answer;
  }

  #take({ body, size }: Received): void {
    for (const element of body.children) this.#inbox.putElement(element, size / body.children.length);
    const end = endOfSession(body);
    if (end !== undefined) this.#end(end);
  }

  #end(error: unknown): void {
    this.#ended = true;
    const message = error instanceof Error ? error.message : String(error);
    this.#inbox.end(error instanceof CheckFailure ? error : failure("stream_closed", message));
    this.#over.abort();
  }
}

function failure(reason: SessionReason, message: string): CheckFailure<SessionReason> {
  return new CheckFailure(reason, message);
}
