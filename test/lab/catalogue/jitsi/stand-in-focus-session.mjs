// The focus's own stream: asks others and waits for their answers, and hands on what is asked of it.
import { child, parseXml, xml } from "./stand-in-xml.mjs";
import { XmppClient } from "./stand-in-xmpp.mjs";

/** jicofo.xmpp.client.reply-timeout of the real one. */
const REPLY_MS = 15_000;

export class FocusSession {
  #client;
  #waiting = new Map();
  #counter = 0;
  #isOnline = false;

  /** `options`: of jicofo.conf's `client`. `handlers`: `onOnline()`, `onOffline()`, `onPresence(element)`, `onRequest(element)`. */
  constructor(options, handlers) {
    this.#client = new XmppClient({
      hostname: options.hostname,
      port: Number(options.port),
      domain: options.domain,
      username: options.username,
      password: options.password,
      onOnline: () => {
        this.#isOnline = true;
        handlers.onOnline();
      },
      onOffline: () => {
        this.#isOnline = false;
        for (const answered of this.#waiting.values()) answered(undefined);
        handlers.onOffline();
      },
      onStanza: (text) => this.#stanza(parseXml(text), handlers),
    });
  }

  get isOnline() {
    return this.#isOnline;
  }

  /** Its own full address. */
  get jid() {
    return this.#client.jid;
  }

  start() {
    this.#client.start();
  }

  send(text) {
    if (this.#isOnline) this.#client.send(text);
  }

  /** The answer, result or error; undefined when there is none in time. */
  async ask(type, to, payload, patienceMs = REPLY_MS) {
    const id = `focus-${(this.#counter += 1)}`;
    let timer;
    const answer = new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      timer = setTimeout(() => resolve(undefined), patienceMs);
    });
    this.send(xml("iq", { type, to, id }, payload));
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(id);
    }
  }

  /** True: it needs no other answer. */
  #stanza(element, handlers) {
    if (element.name === "presence") handlers.onPresence(element);
    if (element.name !== "iq") return true;
    const { type, id, from } = element.attributes;
    if (type === "result" || type === "error") {
      this.#waiting.get(id)?.(element);
      return true;
    }
    const answer = handlers.onRequest(element);
    if (answer === undefined) return false;
    void this.#answer(answer, from, id);
    return true;
  }

  /** `answer`: a promise of XML, of undefined for no answer at all; or it rejects with a stanza error's `condition`. */
  async #answer(answer, to, id) {
    try {
      const payload = await answer;
      if (payload !== undefined) this.send(xml("iq", { type: "result", to, id }, payload));
    } catch (error) {
      this.send(xml("iq", { type: "error", to, id }, stanzaError(error)));
    }
  }
}

function stanzaError({ condition = "internal-server-error", message, extra = "" }) {
  const xmlns = "urn:ietf:params:xml:ns:xmpp-stanzas";
  const text = message === "" ? "" : xml("text", { xmlns }, escapeText(message));
  return xml(
    "error",
    { type: condition === "not-authorized" ? "auth" : "cancel" },
    xml(condition, { xmlns }),
    text,
    extra,
  );
}

function escapeText(text) {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
}

/** An Error that becomes a stanza error; `extra` is XML beside the condition. */
export function refusal(condition, message, extra) {
  return Object.assign(new Error(message), { condition, extra });
}

/** Whether an answer is a result; the words of an error are in `conditionOf`. */
export function succeeded(answer) {
  return answer?.attributes.type === "result";
}

export function conditionOf(answer) {
  return answer === undefined ? "no answer" : (child(answer, "error")?.children[0]?.name ?? "error");
}
