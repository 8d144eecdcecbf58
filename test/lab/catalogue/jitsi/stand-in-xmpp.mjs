// A small XMPP client of the stand-ins: STARTTLS, SASL PLAIN, bind, join one room, and start again when it is cut off.
import { connect } from "node:net";
import { StringDecoder } from "node:string_decoder";
import { connect as connectTls } from "node:tls";

const RETRY_MS = 500;

export class XmppClient {
  #options;
  #socket;
  #buffer = "";
  #handlers = [];
  #room;
  #isOnline = false;
  /** By nickname: who else is in the room. */
  occupants = new Set();
  joined = false;
  /** Its own full address, once it is logged in. */
  jid = "";

  /**
   * `room`: the address to join, nickname included. `presence()`: XML that goes into each presence in the room.
   * `onIq(stanza)`: XML of the answer, or undefined when it is not its business; may be a promise, and may throw an
   * Error with `condition`, the name of a stanza error. `onStanza(stanza)`: sees everything first, true when that was
   * all; `onOnline()`, `onOffline()`: of the stream.
   */
  constructor(options) {
    this.#options = options;
    this.#room = options.room;
  }

  start() {
    this.#session()
      .catch((error) => process.stderr.write(`xmpp: ${error.message}\n`))
      .finally(() => {
        this.joined = false;
        if (this.#isOnline) this.#options.onOffline?.();
        this.#isOnline = false;
        this.occupants.clear();
        this.#socket?.destroy();
        setTimeout(() => this.start(), RETRY_MS);
      });
  }

  send(text) {
    this.#socket.write(text);
  }

  /** The occupant it is, or is about to be; undefined when it is to be in no room. */
  get room() {
    return this.#room;
  }

  /** Tells the room anew what `presence()` says. */
  announce() {
    if (this.joined) this.#join();
  }

  /** Stays logged in: `undefined` leaves the room, an address joins there. */
  moveTo(room) {
    if (room === this.#room) return;
    if (this.joined) this.send(`<presence type='unavailable' to='${this.#room}'/>`);
    this.joined = false;
    this.occupants.clear();
    this.#room = room;
    if (this.#isOnline) this.#join();
  }

  #join() {
    if (this.#room === undefined) return;
    const payload = this.#options.presence?.() ?? "";
    this.send(
      `<presence to='${this.#room}'><x xmlns='http://jabber.org/protocol/muc'/>${payload}</presence>`,
    );
  }

  async #session() {
    const { hostname, port, username, password } = this.#options;
    this.#use(connect(port, hostname));
    await this.#open();
    this.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    await this.#next(/<proceed[^>]*>/);
    // Prosody's certificate is its own; the shipped configuration does not verify it either.
    this.#use(connectTls({ socket: this.#socket, rejectUnauthorized: false }));
    await this.#open();
    const plain = Buffer.from(`\0${username}\0${password}`).toString("base64");
    this.send(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${plain}</auth>`);
    const [verdict] = await this.#next(/<success[^>]*>|<failure.*?<\/failure>/s);
    if (!verdict.startsWith("<success")) throw new Error(`not logged in as ${username}: ${verdict}`);
    await this.#open();
    // Without a resource of its own choice: several bridges share one account.
    this.send("<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
    const [bound] = await this.#next(/<iq [^>]*id=['"]bind['"].*?<\/iq>/s);
    this.jid = unescapeXml(/<jid>([^<]*)<\/jid>/.exec(bound)?.[1] ?? "");
    this.send("<presence/>");
    this.#isOnline = true;
    this.#options.onOnline?.();
    this.#join();
    await this.#stanzas();
  }

  /** Opens a stream and waits for its features. */
  #open() {
    this.#buffer = "";
    this.send(
      `<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='${this.#options.domain}' version='1.0'>`,
    );
    return this.#next(/<stream:features.*?<\/stream:features>/s);
  }

  async #stanzas() {
    for (;;) {
      const [stanza, name] = await this.#next(/<(presence|iq|message)\b(?:[^>]*\/>|.*?<\/\1>)/s);
      if (this.#options.onStanza?.(stanza) === true) continue;
      if (name === "presence") this.#presence(stanza);
      else if (name === "iq") void this.#iq(stanza);
    }
  }

  #presence(stanza) {
    const from = attribute(stanza, "from") ?? "";
    const [room, nickname] = from.split("/");
    if (nickname === undefined || this.#room?.startsWith(`${room}/`) !== true) return;
    const type = attribute(stanza, "type");
    if (type === "error") throw new Error(`not let into ${room}: ${stanza}`);
    const isSelf = from === this.#room;
    if (type === "unavailable") {
      this.occupants.delete(nickname);
      if (isSelf) throw new Error(`put out of ${room}`);
    } else if (isSelf) this.joined = true;
    else this.occupants.add(nickname);
  }

  /** Whatever is asked gets an answer, so that nobody waits. */
  async #iq(stanza) {
    const type = attribute(stanza, "type");
    if (type !== "get" && type !== "set") return;
    const socket = this.#socket;
    const answer = await this.#answer(stanza);
    const head = `<iq id='${attribute(stanza, "id")}' to='${attribute(stanza, "from") ?? ""}'`;
    // Who asked over a stream that is gone is not waiting any more.
    if (socket === this.#socket && !socket.destroyed) this.send(`${head} ${answer}</iq>`);
  }

  /** The rest of the stanza, from its type on. */
  async #answer(stanza) {
    try {
      const answer = await this.#options.onIq?.(stanza);
      if (answer !== undefined) return `type='result'>${answer}`;
      if (stanza.includes("urn:xmpp:ping")) return "type='result'>";
      return stanzaError("feature-not-implemented", "");
    } catch (error) {
      return stanzaError(error.condition ?? "internal-server-error", error.message);
    }
  }

  #use(socket) {
    this.#socket?.removeAllListeners("data");
    this.#socket = socket;
    socket.setKeepAlive?.(true, 30_000);
    const decoder = new StringDecoder("utf8");
    socket.on("data", (chunk) => {
      this.#buffer += decoder.write(chunk);
      this.#handlers.shift()?.();
    });
    const wake = () => this.#handlers.shift()?.();
    socket.on("error", wake);
    socket.on("close", wake);
  }

  /** Waits until the pattern is there and takes everything up to its end. */
  async #next(pattern) {
    for (;;) {
      const match = pattern.exec(this.#buffer);
      if (match) {
        this.#buffer = this.#buffer.slice(match.index + match[0].length);
        return match;
      }
      if (this.#socket.destroyed) throw new Error("the stream ended");
      await new Promise((resolve) => this.#handlers.push(resolve));
    }
  }
}

function stanzaError(condition, text) {
  const xmlns = "urn:ietf:params:xml:ns:xmpp-stanzas";
  const said = text === "" ? "" : `<text xmlns='${xmlns}'>${escapeXml(text)}</text>`;
  return `type='error'><error type='cancel'><${condition} xmlns='${xmlns}'/>${said}</error>`;
}

export function escapeXml(text) {
  const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&apos;", '"': "&quot;" };
  return text.replace(/[&<>'"]/g, (character) => entities[character]);
}

/** Undoes `escapeXml` and what an XMPP server may write instead. */
export function unescapeXml(text) {
  const characters = { amp: "&", lt: "<", gt: ">", apos: "'", quot: '"' };
  return text.replace(/&(?:#x([0-9a-f]+)|#([0-9]+)|([a-z]+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return characters[name] ?? whole;
    return String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
  });
}

/** The first attribute of that name in a stanza's opening tag. */
export function attribute(stanza, name) {
  const tag = /^<[^>]*>/.exec(stanza)?.[0] ?? "";
  return new RegExp(`\\s${name}=(?:'([^']*)'|"([^"]*)")`)
    .exec(tag)
    ?.slice(1)
    .find((value) => value !== undefined);
}
