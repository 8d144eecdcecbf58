/** An XMPP server over WebSocket that knows one account and can go wrong at any step; it shares no code with the checks. */
import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { createServer } from "node:http";
import { promisify } from "node:util";
import { type WebSocket, WebSocketServer } from "ws";
import { listenOnLoopback } from "./loopback-port.ts";

/** What the server is asked, in this order: the last one is anything after the session is there. */
export type XmppStep = "open" | "auth" | "response" | "reopen" | "bind" | "stanza";

/** Instead of the right answer: text frames, `{id}` being the question's; nothing; an end; or frames without end. */
export type Misbehaviour = readonly (string | Uint8Array)[] | "silence" | "close" | "flood";

export interface ScriptedXmpp {
  readonly port: number;
  /** Frames that arrived. */
  readonly heard: readonly string[];
  stop(): Promise<void>;
}

export interface ScriptedOptions {
  readonly mechanisms?: readonly string[];
  readonly instead?: Partial<Record<XmppStep, Misbehaviour>>;
  /** Called when it has gone wrong. */
  readonly wentWrong?: () => void;
  /** Another signature than the right one. */
  readonly forged?: boolean;
  readonly iterations?: number;
  /** Sends its signature as a challenge of its own, and success without it. */
  readonly signatureInChallenge?: boolean;
}

export const SCRIPTED_ACCOUNT = { username: "user", password: "pencil" };

const STREAM_ERROR = "urn:ietf:params:xml:ns:xmpp-streams";
const SASL = "urn:ietf:params:xml:ns:xmpp-sasl";
const OPEN = '<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" from="meet.test" version="1.0"/>';

export function streamError(condition: string): string {
  return `<stream:error xmlns:stream="http://etherx.jabber.org/streams"><${condition} xmlns="${STREAM_ERROR}"/></stream:error>`;
}

export function saslFailure(condition: string): string {
  return `<failure xmlns="${SASL}"><${condition}/></failure>`;
}

export async function startScriptedXmpp(options: ScriptedOptions = {}): Promise<ScriptedXmpp> {
  const heard: string[] = [];
  const http = createServer((_request, response) => response.writeHead(404).end());
  const sockets = new WebSocketServer({ server: http, handleProtocols: () => "xmpp" });
  sockets.on("connection", (socket) => converse(socket, options, heard));
  const port = await listenOnLoopback(http);
  const stop = async (): Promise<void> => {
    for (const client of sockets.clients) client.terminate();
    http.closeAllConnections();
    await promisify(http.close.bind(http))();
  };
  return { port, heard, stop };
}

function converse(socket: WebSocket, options: ScriptedOptions, heard: string[]): void {
  const scram = new ScramServer(options);
  let opened = 0;
  socket.on("message", (data: Buffer) => {
    const frame = data.toString("utf8");
    heard.push(frame);
    const step = stepOf(frame, () => (opened += 1) > 1);
    if (step === undefined) return;
    const wrong = options.instead?.[step];
    if (wrong === undefined) answer(socket, scram.answer(step, frame, options));
    else misbehave(socket, wrong, frame);
    if (wrong !== undefined) options.wentWrong?.();
  });
}

function stepOf(frame: string, again: () => boolean): XmppStep | undefined {
  if (frame.startsWith("<close")) return undefined;
  if (frame.startsWith("<open")) return again() ? "reopen" : "open";
  if (frame.startsWith("<auth")) return "auth";
  if (frame.startsWith("<response")) return "response";
  return frame.includes("xmpp-bind") ? "bind" : "stanza";
}

function misbehave(socket: WebSocket, wrong: Misbehaviour, frame: string): void {
  if (wrong === "close") socket.close();
  else if (wrong === "flood") flood(socket);
  else if (wrong !== "silence") {
    const frames = wrong.map((one) => withId(one, idOf(frame)));
    answer(socket, frames);
  }
}

function flood(socket: WebSocket): void {
  const message = `<message xmlns="jabber:client"><body>${"x".repeat(100)}</body></message>`;
  for (let sent = 0; sent < 200; sent += 1) socket.send(message);
  if (socket.readyState === socket.OPEN) setImmediate(() => flood(socket));
}

function answer(socket: WebSocket, frames: readonly (string | Uint8Array)[]): void {
  for (const frame of frames) socket.send(frame, { binary: false });
}

function withId(frame: string | Uint8Array, id: string): string | Uint8Array {
  return typeof frame === "string" ? frame.replaceAll("{id}", id) : frame;
}

function idOf(frame: string): string {
  return /\sid="([^"]*)"/u.exec(frame)?.[1] ?? "";
}

/** SCRAM-SHA-1 as RFC 5802 has it for the server, and everything around it. */
class ScramServer {
  readonly #salt = Buffer.from("41252342b243b57b", "hex");
  readonly #iterations: number;
  #first = "";
  #challenge = "";
  #signature = "";

  constructor({ iterations = 4_096 }: ScriptedOptions) {
    this.#iterations = iterations;
  }

  answer(step: XmppStep, frame: string, options: ScriptedOptions): readonly string[] {
    const mechanisms = options.mechanisms ?? ["SCRAM-SHA-1"];
    const offer = `<mechanisms xmlns="${SASL}">${mechanisms.map((one) => `<mechanism>${one}</mechanism>`).join("")}</mechanisms>`;
    if (step === "open") return [OPEN, features(offer)];
    if (step === "reopen") return [OPEN, features('<bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/>')];
    if (step === "bind") {
      const jid = '<bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><jid>user@meet.test/r</jid></bind>';
      return [`<iq xmlns="jabber:client" type="result" id="${idOf(frame)}">${jid}</iq>`];
    }
    if (step === "auth") return this.#auth(frame);
    if (step === "response") return this.#response(payloadOf(frame), options);
    return [`<iq xmlns="jabber:client" type="result" id="${idOf(frame)}"/>`];
  }

  #auth(frame: string): readonly string[] {
    if (!frame.includes("SCRAM-SHA-1")) return [`<success xmlns="${SASL}"/>`];
    this.#first = payloadOf(frame).replace(/^n,,/u, "");
    const nonce = `${/r=(.*)$/u.exec(this.#first)?.[1] ?? ""}server`;
    this.#challenge = `r=${nonce},s=${this.#salt.toString("base64")},i=${this.#iterations}`;
    return [sasl("challenge", this.#challenge)];
  }

  #response(payload: string, { forged, signatureInChallenge }: ScriptedOptions): readonly string[] {
    if (payload === "") return [`<success xmlns="${SASL}"/>`];
    const salted = pbkdf2Sync(SCRIPTED_ACCOUNT.password, this.#salt, this.#iterations, 20, "sha1");
    const [withoutProof = "", proof = ""] = payload.split(",p=");
    const message = `${this.#first},${this.#challenge},${withoutProof}`;
    const clientKey = hmac(salted, "Client Key");
    const signature = hmac(createHash("sha1").update(clientKey).digest(), message);
    const expected = Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0)));
    if (proof !== expected.toString("base64")) return [saslFailure("not-authorized")];
    const serverKey = hmac(salted, "Server Key");
    this.#signature = `v=${hmac(serverKey, forged === true ? "something else" : message).toString("base64")}`;
    return [sasl(signatureInChallenge === true ? "challenge" : "success", this.#signature)];
  }
}

function features(content: string): string {
  return `<stream:features xmlns:stream="http://etherx.jabber.org/streams">${content}</stream:features>`;
}

function sasl(name: string, text: string): string {
  return `<${name} xmlns="${SASL}">${Buffer.from(text).toString("base64")}</${name}>`;
}

function payloadOf(frame: string): string {
  const text = />([^<]*)<\//u.exec(frame)?.[1] ?? "";
  return text === "=" ? "" : Buffer.from(text, "base64").toString("utf8");
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha1", key).update(text).digest();
}
