// One endpoint of the stand-in bridge: what colibri2 said of it, how its connection fares, and when it is given up.
import { MediaEndpoint } from "./stand-in-media-endpoint.mjs";
import { refused } from "./stand-in-bridge-refusal.mjs";

/** Milliseconds after which the real one gives up: nothing ever came; nothing comes any more (VideobridgeExpireThread). */
const NEVER_HEARD_MS = 120_000;
const INACTIVE_MS = 60_000;
/** A peer answers a consent check every 4 to 6 s (libjuice); the real one gives up after about 2.5 s of repeating it. */
const CONSENT_MS = 8_500;

/** RTCP's share of the payload types (RFC 5761, section 4); of these the sender reports say whose they are. */
const RTCP_TYPES = { first: 192, last: 223, senderReport: 200 };

export class Endpoint {
  #options;
  #ssrcs = new Set();
  #createdAt = Date.now();
  #counted = new Set();
  #watch;

  /** `options` as of Conferences, and `onPacket(packet)`: what others are to hear. */
  static async open(request, options) {
    const endpoint = new Endpoint(request, options);
    endpoint.media = await MediaEndpoint.open({
      id: request.id,
      mediaPort: options.mediaPort,
      certificate: options.certificate,
      withData: request.transport.sctp !== undefined,
      onPacket: (packet) => endpoint.#received(packet),
      onChange: () => endpoint.#changed(),
    });
    return endpoint;
  }

  constructor(request, options) {
    this.id = request.id;
    this.statsId = request["stats-id"];
    this.#options = options;
    if (request.transport.sctp !== undefined) checkSctp(request.transport.sctp);
  }

  /** The parts of colibri2 that may come at any time: transport and sources. */
  update(request) {
    const transport = request.transport?.transport;
    if (transport !== undefined) this.media.setRemote(remoteOf(transport));
    for (const source of request.sources ?? []) {
      // A bare number, or an object when there is more to say of it.
      for (const one of source.sources ?? []) this.#ssrcs.add(typeof one === "number" ? one : one.ssrc);
    }
  }

  send(packet) {
    if (this.media.send(packet)) this.#options.counters.packetsSent += 1;
  }

  /** Only what was signalled as a source of this endpoint; of RTCP only its sender reports. */
  #received(packet) {
    this.#options.counters.packetsReceived += 1;
    if (packet.length < 12) return;
    const type = packet[1];
    const isRtcp = type >= RTCP_TYPES.first && type <= RTCP_TYPES.last;
    if (isRtcp && type !== RTCP_TYPES.senderReport) return;
    if (this.#ssrcs.has(packet.readUInt32BE(isRtcp ? 4 : 8))) this.#options.onPacket(packet);
  }

  #changed() {
    const { ice, dtls } = this.media;
    if (ice === "connected") {
      this.#count("iceSucceeded");
      this.#watch ??= setInterval(() => this.#checkConsent(), 500);
    }
    if (ice === "failed") this.#count("iceFailed");
    if (dtls === "failed") this.#count("dtlsFailed");
    if (dtls === "connected") this.#dropLater();
  }

  /** Each once, whatever else happens to the endpoint. */
  #count(counter) {
    if (this.#counted.has(counter)) return;
    this.#counted.add(counter);
    this.#options.counters[counter] += 1;
  }

  /** The library itself waits for 30 s. */
  #checkConsent() {
    if (this.media.ice === "failed" || Date.now() - this.media.heardAt <= CONSENT_MS) return;
    this.media.ice = "failed";
    this.#changed();
  }

  #dropLater() {
    const { dropAfterSeconds } = this.#options.behaviour;
    if (dropAfterSeconds > 0) setTimeout(() => this.media.cut(), dropAfterSeconds * 1_000).unref();
  }

  isOver() {
    if (this.media.ice === "failed") return true;
    const { heardAt } = this.media;
    const [since, patience] = heardAt === undefined ? [this.#createdAt, NEVER_HEARD_MS] : [heardAt, INACTIVE_MS];
    return Date.now() - since > patience;
  }

  close() {
    clearInterval(this.#watch);
    this.media.close();
  }
}

function checkSctp({ role, port }) {
  if (role !== undefined && role !== "server") throw refused("feature-not-implemented", `Unsupported SCTP role: ${role}`);
  if (port !== undefined && port !== 5000) throw refused("bad-request", "Specific SCTP port requested, not supported.");
}

function remoteOf({ ufrag, pwd, fingerprints, candidates = [] }) {
  if (candidates.some(({ generation }) => generation !== "0")) throw refused("bad-request", "a candidate without generation");
  const [{ fingerprint, hash, setup } = {}] = fingerprints ?? [];
  for (const value of [ufrag, pwd, fingerprint, hash]) {
    if (typeof value !== "string" || /[\r\n]/.test(value)) throw refused("bad-request", "no ufrag, pwd or fingerprint");
  }
  return { ufrag, password: pwd, fingerprint, hash, setup: setup === "passive" ? "passive" : "active" };
}
