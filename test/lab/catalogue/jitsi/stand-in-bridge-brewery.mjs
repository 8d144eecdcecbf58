// The XMPP side of the stand-in bridge: in the brewery with its statistics, asked for its health, told what to allocate.
import { refused } from "./stand-in-bridge-refusal.mjs";
import { attribute, escapeXml, unescapeXml, XmppClient } from "./stand-in-xmpp.mjs";

/** Of what is allocated this way, in place of `jitsi:colibri2`: the JSON of the REST interface as text. */
const LAB = "urn:convene:lab";

/** Milliseconds; the real one sends its statistics as often (videobridge.stats.interval). */
const PRESENCE_INTERVAL_MS = 5_000;

export class Brewery {
  #options;
  #client;

  /** `shard` of jvb.conf; `behaviour`; `statistics()`: what the presence says; `modify(json)`: colibri2. */
  constructor(options) {
    this.#options = options;
    const { shard } = options;
    this.#client = new XmppClient({
      hostname: shard.HOSTNAME,
      port: Number(shard.PORT),
      domain: shard.DOMAIN,
      username: shard.USERNAME,
      password: shard.PASSWORD,
      room: `${shard.MUC_JIDS}/${shard.MUC_NICKNAME}`,
      presence: () => this.#presence(),
      onIq: (stanza) => this.#answer(stanza),
    });
  }

  get joined() {
    return this.#client.joined;
  }

  start() {
    this.#client.start();
    setInterval(() => this.#client.announce(), PRESENCE_INTERVAL_MS).unref();
  }

  /** At once, when something of note has changed: what it says, under which name, and whether it is there at all. */
  announce() {
    const { shard, behaviour } = this.#options;
    const nickname = behaviour.nickname === "" ? shard.MUC_NICKNAME : behaviour.nickname;
    const room = behaviour.brewery === "left" ? undefined : `${shard.MUC_JIDS}/${nickname}`;
    if (room === this.#client.room) this.#client.announce();
    else this.#client.moveTo(room);
  }

  #presence() {
    const stats = Object.entries(this.#options.statistics()).map(
      ([name, value]) => `<stat name='${name}' value='${escapeXml(String(value))}'/>`,
    );
    return `<stats xmlns='http://jitsi.org/protocol/colibri'>${stats.join("")}</stats>`;
  }

  async #answer(stanza) {
    if (stanza.includes("http://jitsi.org/protocol/healthcheck")) return this.#health();
    const wrapped = /<conference-modify\b([^>]*)>(.*?)<\/conference-modify>/s.exec(stanza);
    if (wrapped === null || attribute(`<x ${wrapped[1]}>`, "xmlns") !== LAB) return undefined;
    const answer = await this.#options.modify(parsed(unescapeXml(wrapped[2])));
    return `<conference-modified xmlns='${LAB}'>${escapeXml(JSON.stringify(answer))}</conference-modified>`;
  }

  #health() {
    const { health, healthReason } = this.#options.behaviour;
    if (health === 200) return "";
    throw refused("internal-server-error", healthReason);
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw refused("bad-request", "the request is not JSON");
  }
}
