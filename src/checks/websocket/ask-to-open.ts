/** Asks for an XMPP stream on an open WebSocket and reads the one answer that says whether there is one (RFC 7395). */
import type { WebSocket } from "ws";
import { CheckFailure, type CheckRun } from "../check-run.ts";
import { whenLate } from "../connect/when-late.ts";
import { readXmlElement, type XmlElement } from "../xmpp/xml-element.ts";
import type { OpenReason } from "./open-reasons.ts";
import type { UpgradeReason } from "./upgrade-reasons.ts";

const FRAMING_NAMESPACE = "urn:ietf:params:xml:ns:xmpp-framing";
const STREAM_NAMESPACE = "http://etherx.jabber.org/streams";
const STREAM_ERROR_NAMESPACE = "urn:ietf:params:xml:ns:xmpp-streams";
const ANSWER_MS = 5_000;
const QUEUE_LIMIT = 3;

/**
 * Resolves with the domain that answers. Prosody 0.12.3 opens its side also for a domain it does not have, and says so
 * afterwards in the place of the stream's features, so both are read. Fails with an OpenReason, or `websocket_dropped`.
 */
export function askToOpen(webSocket: WebSocket, domain: string, run: CheckRun): Promise<string> {
  return run.phase("open", async () => {
    const frames = new FrameQueue(webSocket, run);
    const open = `<open xmlns="${FRAMING_NAMESPACE}" to="${domain}" version="1.0"/>`;
    run.say(`→ ${open}`);
    webSocket.send(open);
    const answer = await frames.next();
    if (answer.namespace !== FRAMING_NAMESPACE || answer.name !== "open") {
      throw failure("bad_frame", `expected <open>, got <${answer.name}>`);
    }
    const features = await frames.next();
    if (features.namespace !== STREAM_NAMESPACE || features.name !== "features") {
      throw failure("bad_frame", `expected <stream:features>, got <${features.name}>`);
    }
    return answer.attributes.from ?? "";
  });
}

/** What came and was not read yet: at most three frames, then the server is not listened to any more. */
class FrameQueue {
  readonly #run: CheckRun;
  readonly #frames: (string | CheckFailure)[] = [];
  #arrived: () => void = () => undefined;
  #heard = false;

  constructor(webSocket: WebSocket, run: CheckRun) {
    this.#run = run;
    webSocket.on("message", (data, isBinary) => {
      if (isBinary || !(data instanceof Uint8Array)) this.#push(failure("bad_frame", "the answer is binary"));
      else this.#push(new TextDecoder().decode(data));
    });
    // `ws` itself ends with an error on frames that are too long and on text that is not UTF-8.
    webSocket.once("error", (error) =>
      this.#push(failure("bad_frame", `a frame breaks the protocol: ${error.message}`)),
    );
    webSocket.once("close", (code, reason) => this.#push(closed(code, reason.toString(), this.#heard)));
  }

  /** The next element that is no refusal. */
  async next(): Promise<XmlElement> {
    const frame = this.#frames.shift() ?? (await this.#wait());
    if (typeof frame !== "string") throw frame;
    this.#run.say(`← ${frame}`);
    const element = readXmlElement(frame);
    if (element === undefined) {
      const evidence = { frame: frame.slice(0, 200) };
      throw failure("bad_frame", "the answer is not one well-formed XML element", evidence);
    }
    refuse(element);
    return element;
  }

  async #wait(): Promise<string | CheckFailure> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#arrived = resolve;
    const forget = whenLate(ANSWER_MS, this.#run.signal, resolve);
    await promise;
    forget();
    return this.#frames.shift() ?? failure("stream_silent", "no answer to <open/> in time");
  }

  #push(frame: string | CheckFailure): void {
    this.#heard = true;
    if (this.#frames.length < QUEUE_LIMIT) this.#frames.push(frame);
    this.#arrived();
  }
}

/** 1006 stands for a connection that ended without a word (RFC 6455 section 7.1.5). */
function closed(code: number, words: string, heard: boolean): CheckFailure<OpenReason | UpgradeReason> {
  if (code === 1006 && !heard) {
    return new CheckFailure("websocket_dropped", "the WebSocket opened, and the connection ended at once");
  }
  return failure("stream_closed", `the WebSocket was closed: ${code} ${words}`.trim());
}

/** Stream errors: RFC 6120 section 4.9.3; `<close/>`: RFC 7395 section 3.6. */
function refuse(element: XmlElement): void {
  const { name, namespace } = element;
  if (namespace === FRAMING_NAMESPACE && name === "close") {
    throw failure("stream_closed", "the server closed the stream without a reason");
  }
  if (namespace !== STREAM_NAMESPACE || name !== "error") return;
  const condition = element.children.find(
    (child) => child.namespace === STREAM_ERROR_NAMESPACE && child.name !== "text",
  );
  const said = condition?.name ?? "an unnamed error";
  const reason = said === "host-unknown" ? "host_unknown" : "stream_refused";
  throw failure(reason, `the stream was refused: ${said}`, { condition: said });
}

function failure(
  reason: OpenReason,
  message: string,
  evidence: Record<string, string> = {},
): CheckFailure<OpenReason> {
  return new CheckFailure(reason, message, { evidence });
}
