/** XMPP over WebSocket (RFC 7395): one element a frame, read strictly and capped. */
import type { Socket } from "node:net";
import { WebSocket } from "ws";
import { CheckFailure, type CheckRun } from "../check-run.ts";
import { readXmlElement, type XmlElement } from "./xml-element.ts";
import type { XmppReason } from "./xmpp-reasons.ts";

export const FRAMING_NAMESPACE = "urn:ietf:params:xml:ns:xmpp-framing";
export const STREAM_NAMESPACE = "http://etherx.jabber.org/streams";

/** Bytes of one frame; stream features are some hundred. */
const FRAME_LIMIT = 65_536;
/** Frames kept unread; a server that sends more before being asked is cut off. */
const QUEUE_LIMIT = 32;

export interface FramedStream {
  send(xml: string): void;
  /** The next element. Rejects with `stream_closed`, `bad_answer`, or `no_features` when `waitMs` are over. */
  next(waitMs: number): Promise<XmlElement>;
  close(): void;
}

/** Upgrades an open connection. Fails with `not_upgraded` and the HTTP status in evidence. */
export function openFramedStream(socket: Socket, url: string, run: CheckRun): Promise<FramedStream> {
  return run.phase("upgrade", async () => {
    run.say(`→ WebSocket upgrade ${url}`);
    const webSocket = new WebSocket(url, "xmpp", {
      createConnection: () => socket,
      followRedirects: false,
      maxPayload: FRAME_LIMIT,
      perMessageDeflate: false,
    });
    const stream = new WebSocketStream(webSocket, run);
    await upgraded(webSocket, run.signal);
    run.say("← 101 switching protocols");
    return stream;
  });
}

function upgraded(webSocket: WebSocket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (message: string, evidence: Record<string, string | number> = {}): void => {
      signal.removeEventListener("abort", stop);
      webSocket.terminate();
      reject(new CheckFailure<XmppReason>("not_upgraded", message, { evidence }));
    };
    const stop = (): void => fail("no answer to the WebSocket upgrade in time");
    signal.addEventListener("abort", stop, { once: true });
    webSocket.on("unexpected-response", (_request, response) => {
      const status = response.statusCode ?? 0;
      response.destroy();
      fail(`expected 101 Switching Protocols, got ${status} ${response.statusMessage ?? ""}`, { status });
    });
    webSocket.on("error", (error) => fail(`no WebSocket: ${error.message}`));
    webSocket.on("open", () => {
      signal.removeEventListener("abort", stop);
      resolve();
    });
    if (signal.aborted) stop();
  });
}

class WebSocketStream implements FramedStream {
  readonly #webSocket: WebSocket;
  readonly #run: CheckRun;
  readonly #frames: string[] = [];
  #closed: string | undefined;
  #wake: () => void = () => undefined;

  constructor(webSocket: WebSocket, run: CheckRun) {
    this.#webSocket = webSocket;
    this.#run = run;
    webSocket.on("message", (data, isBinary) => {
      if (this.#frames.length >= QUEUE_LIMIT) webSocket.terminate();
      else this.#frames.push(isBinary ? "" : textOf(data));
      this.#wake();
    });
    webSocket.on("close", (code, reason) => {
      this.#closed = `the server closed the WebSocket: ${code} ${reason.toString()}`;
      this.#wake();
    });
  }

  send(xml: string): void {
    this.#run.say(`→ ${xml}`);
    this.#webSocket.send(xml);
  }

  async next(waitMs: number): Promise<XmlElement> {
    const limit = AbortSignal.any([this.#run.signal, AbortSignal.timeout(waitMs)]);
    while (this.#frames.length === 0 && this.#closed === undefined && !limit.aborted)
      await this.#change(limit);
    const frame = this.#frames.shift();
    if (frame === undefined) {
      if (this.#closed !== undefined) throw new CheckFailure<XmppReason>("stream_closed", this.#closed);
      throw new CheckFailure<XmppReason>("no_features", "the server said nothing in time");
    }
    this.#run.say(`← ${frame}`);
    const element = readXmlElement(frame);
    if (element !== undefined) return element;
    throw new CheckFailure<XmppReason>("bad_answer", "a frame is not one well-formed XML element", {
      evidence: { frame: frame.slice(0, 200) },
    });
  }

  close(): void {
    if (this.#webSocket.readyState === WebSocket.OPEN) {
      this.#webSocket.send(`<close xmlns="${FRAMING_NAMESPACE}"/>`);
      this.#webSocket.close();
    }
    // A server that does not close in turn must not hold the connection.
    setTimeout(() => this.#webSocket.terminate(), 250).unref();
  }

  #change(limit: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      limit.addEventListener("abort", () => resolve(), { once: true });
    });
  }
}

/** `ws` hands out a text frame as one Buffer by default. */
function textOf(data: unknown): string {
  return data instanceof Uint8Array ? new TextDecoder().decode(data) : "";
}
