/** XMPP over WebSocket (RFC 7395): one element a frame. */
import { WebSocket } from "ws";
import { CheckFailure, type CheckRun } from "../check-run.ts";
import { openSecured } from "../connect/open-secured.ts";
import { openWebSocket } from "../websocket/open-websocket.ts";
import { Inbox } from "./inbox.ts";
import { maskStanza } from "./mask-stanza.ts";
import type { SessionReason } from "./session-reasons.ts";
import { expectOpen, type XmppStream } from "./xmpp-stream.ts";
import type { XmppTarget } from "./xmpp-target.ts";
import { writeXml } from "./xml-writer.ts";

const FRAMING_NAMESPACE = "urn:ietf:params:xml:ns:xmpp-framing";

/** Bytes of one frame: an offer of Jitsi's is about 10,000. */
const FRAME_LIMIT = 65_536;
/** Milliseconds a server gets to say good-bye. */
const CLOSE_MS = 500;

/** Resolves, connects, TLS where wanted, and upgrades. Fails with a reason of `connect/` or an UpgradeReason. */
export async function openFramedStream(target: XmppTarget, run: CheckRun): Promise<XmppStream> {
  const { host, address, port, secure, allowSelfSigned } = target;
  const socket = await openSecured({ host, address, port, secure, allowSelfSigned, alpn: ["http/1.1"] }, run);
  const request = { url: urlOf(target), protocol: "xmpp", messageLimit: FRAME_LIMIT };
  return new WebSocketStream(await openWebSocket(socket, request, run), run);
}

/** The room is told as a browser tells it: proxies in front of several servers sort by it. */
export function urlOf(target: Pick<XmppTarget, "secure" | "host" | "port" | "path" | "room">): string {
  const { secure, host, port, path, room } = target;
  const name = host.includes(":") ? `[${host}]` : host;
  const query = room === undefined ? "" : `?room=${encodeURIComponent(room)}`;
  return `${secure ? "wss" : "ws"}://${name}:${port}${path}${query}`;
}

class WebSocketStream implements XmppStream {
  readonly #webSocket: WebSocket;
  readonly #run: CheckRun;
  readonly #inbox: Inbox;
  readonly #ended: Promise<void>;

  constructor(webSocket: WebSocket, run: CheckRun) {
    this.#webSocket = webSocket;
    this.#run = run;
    this.#inbox = new Inbox(run);
    webSocket.on("message", (data, isBinary) => {
      if (!this.#inbox.put(isBinary ? "" : textOf(data))) webSocket.terminate();
    });
    webSocket.on("error", (error) => this.#inbox.end(failureOf(error)));
    this.#ended = new Promise((resolve) => {
      webSocket.on("close", (code, reason) => {
        const message = `the server closed the WebSocket: ${code} ${reason.toString()}`;
        this.#inbox.end(new CheckFailure<SessionReason>("stream_closed", message));
        resolve();
      });
    });
  }

  get encrypted(): boolean {
    return this.#webSocket.url.startsWith("wss:");
  }

  send(xml: string): void {
    this.#run.say(`→ ${maskStanza(xml)}`);
    if (this.#webSocket.readyState === WebSocket.OPEN) this.#webSocket.send(xml);
  }

  next(waitMs?: number): ReturnType<XmppStream["next"]> {
    return this.#inbox.next(waitMs);
  }

  /** RFC 7395 section 3.4. */
  async open(domain: string, waitMs: number): ReturnType<XmppStream["open"]> {
    this.send(writeXml("open", { xmlns: FRAMING_NAMESPACE, to: domain, version: "1.0" }));
    return expectOpen(await this.next(waitMs), "open", FRAMING_NAMESPACE);
  }

  /** RFC 7395 section 3.6; a server that does not close in turn must not hold the connection. */
  async close(): Promise<void> {
    if (this.#webSocket.readyState === WebSocket.OPEN) {
      this.send(writeXml("close", { xmlns: FRAMING_NAMESPACE }));
      this.#webSocket.close();
    }
    const timer = setTimeout(() => this.#webSocket.terminate(), CLOSE_MS);
    await this.#ended;
    clearTimeout(timer);
  }
}

/** `ws` names its own refusals (broken UTF-8, a frame too large, a wrong opcode) WS_ERR_…; anything else is the connection's. */
function failureOf(error: Error): CheckFailure<SessionReason> {
  const code = "code" in error ? String(error.code) : "";
  if (!code.startsWith("WS_ERR_"))
    return new CheckFailure("stream_closed", `the connection broke: ${error.message}`);
  return new CheckFailure("bad_answer", `what came is no frame that may be sent: ${error.message}`);
}

/** `ws` hands out a text frame as one Buffer, its UTF-8 already verified. */
function textOf(data: unknown): string {
  return data instanceof Uint8Array ? new TextDecoder().decode(data) : "";
}
