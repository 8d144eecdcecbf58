/** Gets an XMPP stream to the point where TLS begins (RFC 6120 section 5.4), with the answers read strictly and capped. */
import type { Socket } from "node:net";
import { CheckFailure, type CheckRun } from "../check-run.ts";
import { childOf, readXmlElement, type XmlElement } from "../xmpp/xml-element.ts";
import type { StarttlsReason } from "./starttls-reasons.ts";
import { whenLate } from "./when-late.ts";

const STREAM_NAMESPACE = "http://etherx.jabber.org/streams";
const STREAM_ERROR_NAMESPACE = "urn:ietf:params:xml:ns:xmpp-streams";
const TLS_NAMESPACE = "urn:ietf:params:xml:ns:xmpp-tls";

const ANSWER_MS = 5_000;
/** A stream's header and features take some hundred bytes. */
const ANSWER_LIMIT = 16_384;
/** An answer comes in one to three pieces; each is read from the beginning. */
const PIECES_LIMIT = 64;

/** Leaves the socket where the handshake begins. Fails with a StarttlsReason. */
export function askForTls(socket: Socket, domain: string, run: CheckRun): Promise<void> {
  return run.phase("starttls", async () => {
    const conversation = new Conversation(socket, run);
    const features = await conversation.ask(
      `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='${STREAM_NAMESPACE}' to='${domain}' version='1.0'>`,
    );
    refuseStreamError(features);
    if (features.name !== "features" || features.namespace !== STREAM_NAMESPACE) {
      throw failure("starttls_bad_answer", `expected <stream:features>, got <${features.name}>`);
    }
    if (childOf(features, "starttls", TLS_NAMESPACE) === undefined) {
      const offered = features.children.map(({ name }) => name).join(", ") || "nothing";
      throw failure("starttls_not_offered", `the stream for ${domain} offers ${offered}, but no TLS`);
    }
    const answer = await conversation.ask(`<starttls xmlns='${TLS_NAMESPACE}'/>`);
    refuseStreamError(answer);
    if (answer.namespace === TLS_NAMESPACE && answer.name === "failure") {
      throw failure("starttls_refused", "the server answered <starttls/> with <failure/>");
    }
    if (answer.namespace !== TLS_NAMESPACE || answer.name !== "proceed") {
      throw failure("starttls_bad_answer", `expected <proceed/>, got <${answer.name}>`);
    }
  });
}

/** The server's side of the stream as it grows: a header that stays open, and elements in it. */
class Conversation {
  readonly #socket: Socket;
  readonly #run: CheckRun;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });
  #text = "";
  #elements = 0;
  #pieces = 0;

  constructor(socket: Socket, run: CheckRun) {
    this.#socket = socket;
    this.#run = run;
  }

  /** Sends, and reads up to the next whole element, after which nothing may follow: the rest would be read as TLS. */
  async ask(xml: string): Promise<XmlElement> {
    this.#run.say(`→ ${xml}`);
    this.#socket.write(xml);
    for (;;) {
      this.#take(await this.#piece());
      const stream = this.#whole();
      const [element, further] = stream?.children.slice(this.#elements) ?? [];
      if (element === undefined) continue;
      if (further !== undefined) throw failure("starttls_bad_answer", `<${further.name}> was sent unasked`);
      this.#elements += 1;
      this.#run.say(`← ${this.#text}`);
      return element;
    }
  }

  /** The next bytes; the socket is paused before and after, so that none are lost to nobody. */
  async #piece(): Promise<Buffer> {
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    const socket = this.#socket;
    const arrived = (piece: Buffer): void => {
      socket.pause();
      resolve(piece);
    };
    const closed = (): void =>
      reject(failure("starttls_closed", "the server closed the connection before TLS"));
    const late = (): void => {
      const what = this.#text === "" ? "nothing" : "no whole answer";
      reject(failure("starttls_no_answer", `${what} came in time`));
    };
    socket.once("data", arrived).once("end", closed).once("close", closed);
    const forget = whenLate(ANSWER_MS, this.#run.signal, late);
    if (socket.destroyed || socket.readableEnded) closed();
    socket.resume();
    try {
      return await promise;
    } finally {
      forget();
      socket.pause();
      socket.off("data", arrived).off("end", closed).off("close", closed);
    }
  }

  #take(piece: Buffer): void {
    this.#pieces += 1;
    try {
      this.#text += this.#decoder.decode(piece, { stream: true });
    } catch {
      throw failure("starttls_bad_answer", "the answer is not UTF-8");
    }
    if (this.#text.length > ANSWER_LIMIT || this.#pieces > PIECES_LIMIT) {
      throw failure("starttls_bad_answer", `the answer has no end within ${ANSWER_LIMIT} bytes`);
    }
    const start = this.#stream();
    if (start !== "" && !start.startsWith("<")) {
      throw failure("starttls_bad_answer", `not XML: ${JSON.stringify(start.slice(0, 60))}`);
    }
    // RFC 6120 section 11.1: no comments, declarations or processing instructions.
    if (/<[!?]/.test(start)) throw failure("starttls_bad_answer", "XML that no stream may hold");
  }

  /** What came so far, behind the XML declaration that may come first. */
  #stream(): string {
    // Not whole yet, the declaration is nothing yet.
    if (/^\s*<\?[^>]*$/.test(this.#text)) return "";
    return this.#text.replace(/^\s*<\?xml\s[^<>]*\?>/, "").trimStart();
  }

  /** The stream read as if it ended here; undefined while its last element is not whole. */
  #whole(): XmlElement | undefined {
    const stream = this.#stream();
    // The server itself closes it after a stream error.
    const closed = stream.trimEnd().endsWith("</stream:stream>") ? stream : `${stream}</stream:stream>`;
    return readXmlElement(closed);
  }
}

/** RFC 6120 section 4.9.3. */
function refuseStreamError(element: XmlElement): void {
  if (element.name !== "error" || element.namespace !== STREAM_NAMESPACE) return;
  const condition = element.children.find(
    ({ name, namespace }) => namespace === STREAM_ERROR_NAMESPACE && name !== "text",
  );
  const said = condition?.name ?? "an unnamed error";
  const text = childOf(element, "text", STREAM_ERROR_NAMESPACE)?.text ?? "";
  const reason = said === "host-unknown" ? "starttls_host_unknown" : "starttls_stream_refused";
  throw failure(reason, `the stream was refused: ${said} ${text}`.trim());
}

function failure(reason: StarttlsReason, message: string): CheckFailure<StarttlsReason> {
  return new CheckFailure(reason, message);
}
