// A small XMPP client of the stand-ins: STARTTLS, SASL PLAIN, bind, join one room, and start again when it is cut off.
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";

const RETRY_MS = 2_000;

export class XmppClient {
  #options;
  #socket;
  #buffer = "";
  #handlers = [];
  /** By nickname: who else is in the room. */
  occupants = new Set();
  joined = false;

  /** `room` is the address to join, nickname included. Stanzas that end here go to `onStanza`. */
  constructor(options) {
    this.#options = options;
  }

  start() {
    this.#session()
      .catch((error) => process.stderr.write(`xmpp: ${error.message}\n`))
      .finally(() => {
        this.joined = false;
        this.occupants.clear();
        this.#socket?.destroy();
        setTimeout(() => this.start(), RETRY_MS);
      });
  }

  send(text) {
    this.#socket.write(text);
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
    this.send("<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>stand-in</resource></bind></iq>");
    await this.#next(/<iq [^>]*id=['"]bind['"].*?<\/iq>/s);
    this.send("<presence/>");
    this.send(`<presence to='${this.#options.room}'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
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
      if (name === "presence") this.#presence(stanza);
      else if (name === "iq") this.#iq(stanza);
    }
  }

  #presence(stanza) {
    const from = attribute(stanza, "from") ?? "";
    const [room, nickname] = from.split("/");
    if (nickname === undefined || !this.#options.room.startsWith(`${room}/`)) return;
    const type = attribute(stanza, "type");
    if (type === "error") throw new Error(`not let into ${room}: ${stanza}`);
    const isSelf = from === this.#options.room;
    if (type === "unavailable") {
      this.occupants.delete(nickname);
      if (isSelf) throw new Error(`put out of ${room}`);
    } else if (isSelf) this.joined = true;
    else this.occupants.add(nickname);
  }

  /** Whatever is asked gets an answer, so that nobody waits. */
  #iq(stanza) {
    const type = attribute(stanza, "type");
    if (type !== "get" && type !== "set") return;
    const answer = this.#options.onIq?.(stanza);
    const head = `<iq id='${attribute(stanza, "id")}' to='${attribute(stanza, "from") ?? ""}' type=`;
    if (answer !== undefined) this.send(`${head}'result'>${answer}</iq>`);
    else if (stanza.includes("urn:xmpp:ping")) this.send(`${head}'result'/>`);
    else {
      this.send(
        `${head}'error'><error type='cancel'><feature-not-implemented xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`,
      );
    }
  }

  #use(socket) {
    this.#socket?.removeAllListeners("data");
    this.#socket = socket;
    socket.setKeepAlive?.(true, 30_000);
    socket.on("data", (chunk) => {
      this.#buffer += chunk.toString("utf8");
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

/** The first attribute of that name in a stanza's opening tag. */
export function attribute(stanza, name) {
  const tag = /^<[^>]*>/.exec(stanza)?.[0] ?? "";
  return new RegExp(`\\s${name}=(?:'([^']*)'|"([^"]*)")`).exec(tag)?.slice(1).find((value) => value !== undefined);
}
