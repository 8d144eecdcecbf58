/** XMPP over TCP with STARTTLS (RFC 6120), as jicofo and the bridges come to Prosody. */
import type { Socket } from "node:net";
import { CheckFailure, type CheckRun } from "../check-run.ts";
import { findAddress } from "../connect/find-address.ts";
import { openTcp } from "../connect/open-tcp.ts";
import { openTls } from "../connect/open-tls.ts";
import { ElementSplitter } from "./element-splitter.ts";
import { Inbox } from "./inbox.ts";
import { maskStanza } from "./mask-stanza.ts";
import type { SessionReason } from "./session-reasons.ts";
import { CLIENT_NAMESPACE } from "./stanza.ts";
import { childOf, type XmlElement } from "./xml-element.ts";
import { writeXml } from "./xml-writer.ts";
import {
  expectOpen,
  readFeatures,
  refuseStreamError,
  STREAM_NAMESPACE,
  type XmppStream,
} from "./xmpp-stream.ts";
import type { XmppTarget } from "./xmpp-target.ts";

const TLS_NAMESPACE = "urn:ietf:params:xml:ns:xmpp-tls";
const ANSWER_MS = 5_000;
const CLOSE_MS = 500;
/** What a stream's header declares; every server writes it so (RFC 6120 section 4.8.5). */
const HEADER_SCOPE = new Map([
  ["", CLIENT_NAMESPACE],
  ["stream", STREAM_NAMESPACE],
]);

/**
 * Phases: resolve, connect, starttls, tls. The stream is encrypted and to be opened by the caller. Fails with a reason
 * of `connect/` or a SessionReason.
 */
export async function openClientStream(target: XmppTarget, run: CheckRun): Promise<XmppStream> {
  const socket = await openTcp(await findAddress(target, run), target.port, run);
  try {
    await run.phase("starttls", () => askForTls(socket, target.domain, run));
    const { host: serverName, allowSelfSigned } = target;
    return new SocketStream(await openTls(socket, { serverName, allowSelfSigned }, run), true, run);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** RFC 6120 section 5.4. */
async function askForTls(socket: Socket, domain: string, run: CheckRun): Promise<void> {
  const stream = new SocketStream(socket, false, run);
  await stream.open(domain, ANSWER_MS);
  const features = await readFeatures(stream, ANSWER_MS);
  if (childOf(features, "starttls", TLS_NAMESPACE) === undefined) {
    throw new CheckFailure<SessionReason>("no_starttls", "the server does not offer STARTTLS");
  }
  stream.send(writeXml("starttls", { xmlns: TLS_NAMESPACE }));
  const answer = await stream.next(ANSWER_MS);
  refuseStreamError(answer);
  if (answer.name !== "proceed" || answer.namespace !== TLS_NAMESPACE) {
    throw new CheckFailure<SessionReason>("no_starttls", `STARTTLS was answered with <${answer.name}>`);
  }
  // What else came readable is dropped with this stream: nobody may say things before TLS (RFC 6120 section 5.4.3.3).
  stream.leave();
}

class SocketStream implements XmppStream {
  readonly encrypted: boolean;
  readonly #socket: Socket;
  readonly #run: CheckRun;
  readonly #inbox: Inbox;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });
  #splitter = new ElementSplitter();

  constructor(socket: Socket, encrypted: boolean, run: CheckRun) {
    this.#socket = socket;
    this.encrypted = encrypted;
    this.#run = run;
    this.#inbox = new Inbox(run, HEADER_SCOPE);
    socket.on("data", this.#read);
    socket.on("close", this.#closed);
  }

  send(xml: string): void {
    this.#run.say(`→ ${maskStanza(xml)}`);
    if (this.#socket.writable) this.#socket.write(xml);
  }

  next(waitMs?: number): Promise<XmlElement> {
    return this.#inbox.next(waitMs);
  }

  async open(domain: string, waitMs: number): Promise<string> {
    this.#splitter = new ElementSplitter();
    const attributes = {
      xmlns: CLIENT_NAMESPACE,
      "xmlns:stream": STREAM_NAMESPACE,
      to: domain,
      version: "1.0",
    };
    this.send(writeXml("stream:stream", attributes).replace(/\/>$/, ">"));
    return expectOpen(await this.next(waitMs), "stream", STREAM_NAMESPACE);
  }

  async close(): Promise<void> {
    if (this.#socket.destroyed) return;
    const gone = new Promise((resolve) => this.#socket.once("close", resolve));
    this.send("</stream:stream>");
    this.#socket.end();
    const timer = setTimeout(() => this.#socket.destroy(), CLOSE_MS);
    await gone;
    clearTimeout(timer);
  }

  /** Gives the connection to another reader. */
  leave(): void {
    this.#socket.off("data", this.#read);
    this.#socket.off("close", this.#closed);
  }

  readonly #read = (chunk: Uint8Array): void => {
    const pieces = this.#split(chunk);
    if (pieces === undefined) {
      this.#inbox.end(new CheckFailure<SessionReason>("bad_answer", "what came is no XMPP stream"));
      this.#socket.destroy();
      return;
    }
    for (const piece of pieces) {
      if (piece.kind === "end") this.#closed();
      else if (!this.#inbox.put(piece.text)) this.#socket.destroy();
    }
  };

  readonly #closed = (): void => {
    this.#inbox.end(new CheckFailure<SessionReason>("stream_closed", "the server closed the stream"));
  };

  #split(chunk: Uint8Array): ReturnType<ElementSplitter["put"]> {
    try {
      return this.#splitter.put(this.#decoder.decode(chunk, { stream: true }));
    } catch {
      return undefined;
    }
  }
}
